//! Where assets are: plans that people drew, and the map.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A drawing of the plant, or of one of its places, with the assets on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlanView {
    /// Stable id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Id of the place that it shows; none: the whole plant.
    pub place: Option<String>,
    /// Name of its file: SVG, PNG or JPEG.
    pub file: String,
    /// What positions on it are measured in.
    pub units: PlanUnitsView,
    /// Assets on it, by id.
    pub spots: Vec<SpotView>,
}

/// What positions on a plan are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum PlanUnitsView {
    /// Parts of its width and its height, 0 to 1.
    Fraction,
    /// Its own units: user units of an SVG, pixels of a picture.
    Drawing,
}

/// An asset on a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SpotView {
    /// Asset id.
    pub asset: String,
    /// To the right from the left edge, in the plan's units.
    pub x: f64,
    /// Down from the upper edge, in the plan's units.
    pub y: f64,
}

/// Assets on the earth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MapView {
    /// Name of the GeoJSON file that is drawn below the assets.
    pub outline: Option<String>,
    /// By asset id.
    pub locations: Vec<LocationView>,
}

/// Where an asset is on the earth (WGS 84).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LocationView {
    /// Asset id.
    pub asset: String,
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

/// A wish to put an asset somewhere, or to take it away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Placing {
    /// Asset id.
    pub asset: String,
    /// Id of the plan; none: the map.
    pub plan: Option<String>,
    /// Where it is as the person sees it: x and y on a plan, latitude and longitude on the map; none: nowhere.
    pub before: Option<[f64; 2]>,
    /// Where it is to be; none: nowhere.
    pub after: Option<[f64; 2]>,
}
