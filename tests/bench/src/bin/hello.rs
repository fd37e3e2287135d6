//! Reference: the least that a process can do and say.
#![allow(clippy::print_stdout, reason = "it says hello")]

fn main() {
    println!("hello");
}
