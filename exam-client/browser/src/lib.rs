//! What both pages share: texts, sockets, storage, WebCrypto.
