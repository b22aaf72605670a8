//! Where assets are: on plans that people drew, and on the earth.

use std::collections::BTreeMap;

/// A drawing of the plant, or of one of its places, with the assets on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Stable id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Name of its file in the folder `plans` beside the plant file: SVG, PNG or JPEG.
    pub file: String,
    /// Id of the place that it shows; none: the whole plant.
    pub place: Option<String>,
    /// What positions on it are measured in.
    pub units: PlanUnits,
    /// Positions from its upper left corner, right and down, by asset id.
    pub assets: BTreeMap<String, [f64; 2]>,
}

/// What positions on a plan are measured in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlanUnits {
    /// Parts of its width and its height, 0 to 1.
    #[default]
    Fraction,
    /// Its own units: user units of an SVG (its `viewBox`), pixels of a picture.
    Drawing,
}

/// A point on the earth, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Location {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

/// Assets on the earth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlantMap {
    /// Name of a GeoJSON file (RFC 7946) in the folder `plans` whose lines are drawn below the assets.
    pub outline: Option<String>,
    /// By asset id.
    pub locations: BTreeMap<String, Location>,
}

impl PlanUnits {
    /// The names used in the plant file.
    pub const NAMES: [(&'static str, PlanUnits); 2] = [
        ("fraction", PlanUnits::Fraction),
        ("drawing", PlanUnits::Drawing),
    ];
}

impl Plan {
    /// Whether a point can be on a plan measured like this.
    pub fn holds(units: PlanUnits, at: [f64; 2]) -> bool {
        at.iter().all(|part| match units {
            PlanUnits::Fraction => (0.0..=1.0).contains(part),
            PlanUnits::Drawing => part.abs() <= Plan::REACH,
        })
    }

    /// Furthest position in the units of a drawing.
    pub const REACH: f64 = 1e6;
}

impl Location {
    /// Whether there is such a point.
    pub fn is_on_earth(self) -> bool {
        self.latitude.abs() <= 90.0 && self.longitude.abs() <= 180.0
    }
}
