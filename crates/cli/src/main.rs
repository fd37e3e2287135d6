//! The words a person types: the program `handfast`.

fn main() {}
