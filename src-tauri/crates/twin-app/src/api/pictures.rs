//! Process pictures: drawings (SVG) of the workspace whose elements are bound to signals.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::said::SaidView;

/// The pictures in the folder `pictures` of the workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PictureList {
    /// Where they lie on disk.
    pub folder: String,
    /// By name.
    pub rows: Vec<PictureRow>,
    /// What lies there and cannot be shown, with the reason.
    pub left_out: Vec<PictureLeftOut>,
}

/// A picture of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PictureRow {
    /// Name of its file.
    pub name: String,
    /// Name for people: that of the file without its ending.
    pub title: String,
    /// Changes when the file is written anew.
    pub stamp: String,
}

/// A file that cannot be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PictureLeftOut {
    /// Name of the file.
    pub name: String,
    /// Why, and what to do.
    pub reason: SaidView,
}

/// A picture with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PictureView {
    /// The picture.
    pub row: PictureRow,
    /// The file as it is: bounded, without a document type of its own, and otherwise not to be trusted.
    pub text: String,
    /// Tells its content from any other; to be given back with what is saved.
    pub print: String,
}

/// What a bound element shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum PictureShow {
    /// The value as text with its unit.
    Value,
    /// The value as text without its unit, for columns of numbers.
    Number,
    /// The element is filled from one side as far as the value is in its range.
    Bar,
    /// A moving analogue indicator with range, normal band, limits and pointer in place of the element.
    Indicator,
    /// Bright when on, dark when off.
    State,
    /// It turns while on.
    Turn,
    /// Its dashes move while on; backwards below zero.
    Flow,
    /// Alarms and silence of an asset.
    Asset,
}

/// The side to which a bar grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum PictureSide {
    /// To the top.
    Up,
    /// To the bottom.
    Down,
    /// To the left.
    Left,
    /// To the right.
    Right,
}

/// What is bound to one element of a picture. All of it empty: nothing is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PictureBinding {
    /// Place of the element among all elements of the file, in the order of their start tags, from 0.
    pub element: u32,
    /// Asset id.
    pub asset: Option<String>,
    /// Signal id, `asset/signal`.
    pub signal: Option<String>,
    /// What is shown; none: what suits the element.
    pub show: Option<PictureShow>,
    /// Where a bar grows to; none: up.
    pub side: Option<PictureSide>,
    /// Value at the beginning of the scale, in the signal's unit; none: of the signal's range.
    pub low: Option<f64>,
    /// Value at the end of the scale, in the signal's unit; none: of the signal's range.
    pub high: Option<f64>,
    /// When it is on: `> 5`, `< 5`, or words with commas between; none: when it is neither zero nor a word for off.
    pub on: Option<String>,
}
