//! Keeping history in shape and in bounds.

mod backup;
mod blob;
mod budget;
mod call;
mod check;
mod checkpoint;
mod events;
mod footprint;
mod long;
mod mend;
mod page;
mod removal;
mod repair;
mod restore;
mod retain;
mod salvage;
mod tables;
mod unfinished;
mod walk;

pub use backup::BackedUp;
pub use call::{Keep, Policy, Removed};
pub use check::Report;
pub use removal::Removal;
pub use repair::{Lost, RepairReport, repair};
pub use restore::{Restored, restore};
pub use salvage::{Salvaged, salvage};
pub use walk::Counts;
