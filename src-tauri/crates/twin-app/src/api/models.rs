//! Asset types and the twin models behind them, as the UI shows and imports them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    plant::{PlantFaultView, SignalRole},
    said::SaidView,
};

/// The asset types of the plant that runs, and what is wrong with the model files as they lie on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ModelsView {
    /// Asset types in plant-file order.
    pub types: Vec<TypeView>,
    /// Why the plant file or a model file cannot be used as it is now; the plant of before runs on meanwhile.
    pub faults: Vec<PlantFaultView>,
}

/// An asset type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TypeView {
    /// Stable id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// How many assets of the plant are of this type, those made by mapping rules included.
    pub assets: u32,
    /// How many signals it has.
    pub signals: u32,
    /// How many of them the plant file writes out, wholly or in part.
    pub written: u32,
    /// Digital twin model identifier (DTMI), if the plant file gives one.
    pub dtmi: Option<String>,
    /// The twin model, if the plant file names a model file.
    pub model: Option<TwinModelView>,
}

/// What a model file says of a type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TwinModelView {
    /// The file, relative to the plant file.
    pub file: String,
    /// Language and version, such as `DTDL v3` or `WoT Thing Description`.
    pub language: String,
    /// Identifier of the Interface (DTMI) or of the Thing (URI); empty when a Thing has none.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Its signals, in the order of the model.
    pub signals: Vec<TwinSignalView>,
    /// Names of its relationships (DTDL) or links (Thing Description). They are not followed.
    pub relationships: Vec<String>,
    /// Names of its commands or actions. They are never called.
    pub commands: Vec<String>,
    /// What no signal can be made of, and why.
    pub left_out: Vec<LeftOutView>,
}

/// A signal that a model file gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TwinSignalView {
    /// Id within the type.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Names in the model, from the outside in, such as `motor.position.x`.
    pub path: String,
    /// What it is.
    pub role: SignalRole,
    /// Unit as displayed; empty when it has none.
    pub unit: String,
    /// Unit as the model writes it, if that is another text.
    pub unit_written: Option<String>,
    /// Quantity, such as `Temperature`, if the model says one.
    pub quantity: Option<String>,
    /// Whether others may set it. Twinscope never does.
    pub writable: bool,
    /// Whether the plant file has a signal of this id, whose keys go before the model's.
    pub written: bool,
}

/// Something that a model describes and no signal is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LeftOutView {
    /// Names from the outside in; empty for the whole model.
    pub path: String,
    /// Why.
    pub text: SaidView,
}

/// What became of a model file that a person wanted to import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ModelImportView {
    /// Id of the asset type that was added; none when nothing was written.
    pub type_id: Option<String>,
    /// Where the copy lies, relative to the plant file; none when nothing was written.
    pub file: Option<String>,
    /// The Interfaces to choose from, when the file has several and none was named. Ask again with one of them.
    pub choices: Vec<InterfaceView>,
    /// What is wrong with the file. Empty: nothing is.
    pub faults: Vec<PlantFaultView>,
}

/// An Interface in a model file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct InterfaceView {
    /// Its identifier (DTMI).
    pub id: String,
    /// Name for people.
    pub name: String,
    /// How many signals it gives.
    pub signals: u32,
}
