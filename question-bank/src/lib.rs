//! What is asked and what is right: items, import, forms, marking. Pure.
