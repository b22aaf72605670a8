//! What was tried with a file of history, by name: a sentence holds these words, and other languages have others.

use std::fmt;

use twin_core::{Said, said};

/// What was tried with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It was to be a backup.
    BackUp,
    /// It was to be copied.
    Copy,
    /// A folder was to be made.
    CreateFolder,
    /// A free name beside it was wanted.
    FindName,
    /// What was written was to be on the disk.
    Flush,
    /// What is in a folder was wanted.
    List,
    /// The size of a backup was wanted.
    LookAtCopy,
    /// A new file was to take the place of another.
    PutInPlace,
    /// Its content was wanted.
    Read,
    /// It was to be taken away.
    Remove,
    /// A folder that held new files was to go.
    RemoveFolder,
    /// A repair was to write it.
    Repair,
    /// What is readable in it was to be saved.
    Salvage,
    /// A file was to be kept under another name.
    SetAside,
    /// A damaged file was to be kept under another name.
    SetAsideDamaged,
}

impl Deed {
    /// In words that the file follows.
    pub fn said(self) -> Said {
        match self {
            Deed::BackUp => said!("history-deed-back-up", "make the backup"),
            Deed::Copy => said!("history-deed-copy", "copy"),
            Deed::CreateFolder => said!("history-deed-create-folder", "create the folder"),
            Deed::FindName => said!("history-deed-find-name", "find a free name beside"),
            Deed::Flush => said!("history-deed-flush", "flush to the disk"),
            Deed::List => said!("history-deed-list", "list the folder"),
            Deed::LookAtCopy => said!("history-deed-look-at-copy", "look at the copy"),
            Deed::PutInPlace => said!("history-deed-put-in-place", "put in place"),
            Deed::Read => said!("history-deed-read", "read"),
            Deed::Remove => said!("history-deed-remove", "remove"),
            Deed::RemoveFolder => said!("history-deed-remove-folder", "remove the empty folder"),
            Deed::Repair => said!("history-deed-repair", "repair"),
            Deed::Salvage => said!("history-deed-salvage", "salvage"),
            Deed::SetAside => said!("history-deed-set-aside", "set aside"),
            Deed::SetAsideDamaged => {
                said!("history-deed-set-aside-damaged", "set aside the damaged")
            }
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}
