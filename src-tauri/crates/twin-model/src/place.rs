//! Where assets stand: the role hierarchy of ISA-95 (IEC 62264-1, section 5.3).

/// A place of the plant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Stable id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// What kind of place it is.
    pub level: Level,
    /// Id of the place it is part of, of a higher level.
    pub parent: Option<String>,
}

/// Levels of the hierarchy, the highest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The company.
    Enterprise,
    /// A location.
    Site,
    /// An area of a site.
    #[default]
    Area,
    /// A production line or process unit.
    Line,
    /// A work cell.
    Cell,
}

impl Level {
    /// The names used in the plant file, the highest first.
    pub const NAMES: [(&'static str, Level); 5] = [
        ("enterprise", Level::Enterprise),
        ("site", Level::Site),
        ("area", Level::Area),
        ("line", Level::Line),
        ("cell", Level::Cell),
    ];

    /// The name used in the plant file.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Enterprise => "enterprise",
            Level::Site => "site",
            Level::Area => "area",
            Level::Line => "line",
            Level::Cell => "cell",
        }
    }
}
