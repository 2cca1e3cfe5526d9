//! The pages are embedded: when they change, the server is built again.

fn main() {
    println!("cargo:rerun-if-changed=../exam-client/dist");
    println!("cargo:rerun-if-changed=migrations");
}
