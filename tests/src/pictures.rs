//! Pictures of the real window: every screen in every setting, looked over for what anybody would see to be wrong, and
//! kept as files for a person.

pub mod album;
pub mod screens;
pub mod settings;
pub mod shooting;
