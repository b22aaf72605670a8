//! Reading a damaged database file without SQLite, page by page, after sqlite.org/fileformat2.html. Nothing is written,
//! and whatever the bytes say, nothing panics and memory stays bounded by the file's size.

mod cell;
mod log;
mod number;
mod pages;
mod record;
mod tree;

pub(super) use pages::Pages;
pub(super) use record::{Row, Stored};
pub(super) use tree::{Claim, Owners, Tree, claim, rows};
