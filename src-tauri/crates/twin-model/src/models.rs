//! The model files that asset types name, read and ready to be asked what a type is.

use std::{collections::BTreeMap, sync::Arc};

use twin_core::{Said, said};

use crate::{
    dtdl,
    plant::SignalDef,
    td,
    twin_file::{Collector, Fault, Faults, LeftOut, Limits, Rule, Source, parse},
};

/// Where the contexts of Thing Descriptions lie; those of DTDL are DTMIs.
const THING_CONTEXTS: &str = "https://www.w3.org/";
/// Most Interfaces named in a sentence.
const NAMED_MAX: usize = 8;

/// Model files by the name that the plant file has for them.
#[derive(Clone, Debug, Default)]
pub struct Models {
    files: BTreeMap<String, File>,
}

#[derive(Clone, Debug)]
enum File {
    /// Why it could not be had.
    Unreadable(Said),
    Faulty(Faults),
    Dtdl(Arc<dtdl::Model>),
    /// One that refers to others: all of them as one model.
    Joint(Arc<dtdl::Model>),
    Thing(Arc<td::Thing>),
}

/// What a model file says of an asset type.
#[derive(Clone, Debug, PartialEq)]
pub struct TwinModel {
    /// Language and version, such as `DTDL v3`.
    pub language: &'static str,
    /// Identifier of the Interface (DTMI) or of the Thing (URI); empty when a Thing has none.
    pub id: String,
    /// Id that a type of the plant file may have.
    pub type_id: String,
    /// Name for people.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Telemetry, properties and events as signals, those of Components included.
    pub signals: Vec<SignalDef>,
    /// Where each of them comes from.
    pub origins: Vec<ModelOrigin>,
    /// Names of relationships or links. They are not followed.
    pub relationships: Vec<String>,
    /// Names of commands or actions. They are never called.
    pub commands: Vec<String>,
    /// What no signal is made of, and why.
    pub left_out: Vec<LeftOut>,
}

/// Where a signal stands in its model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelOrigin {
    /// Names from the outside in.
    pub path: Vec<String>,
    /// Quantity, such as `Temperature`.
    pub quantity: Option<&'static str>,
    /// Unit as the model writes it.
    pub unit: Option<String>,
    /// Whether others may set it. It is never set here.
    pub writable: bool,
}

/// Why a file gives a type no model: the key of the type that is at fault, and words that follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoModel {
    /// `model_file` or `dtmi`.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub text: Said,
}

impl Models {
    /// Reads files: by name their content, or in words why it could not be had. A DTDL file that refers to what is not in
    /// it is read together with the others.
    pub fn read(files: &BTreeMap<String, Result<Vec<u8>, Said>>) -> Models {
        let sources: Vec<Source<'_>> = files
            .iter()
            .filter_map(|(name, read)| Some((name, read.as_ref().ok()?)))
            .map(|(name, bytes)| Source { name, bytes })
            .collect();
        let mut joint = None;
        let mut file = |name: &String, read: &Result<Vec<u8>, Said>| {
            let bytes = match read {
                Ok(bytes) => bytes,
                Err(text) => return File::Unreadable(text.clone()),
            };
            match read_one(Source { name, bytes }) {
                File::Faulty(faults) if sources.len() > 1 && lacks_only_others(&faults) => {
                    let joint = joint.get_or_insert_with(|| read_together(&sources));
                    let whole = joint.as_ref().map(Arc::clone);
                    whole.map_or(File::Faulty(faults), File::Joint)
                }
                file => file,
            }
        };
        Models {
            files: files
                .iter()
                .map(|(name, read)| (name.clone(), file(name, read)))
                .collect(),
        }
    }

    /// What a file says of the type whose Interface is `dtmi`.
    ///
    /// # Errors
    /// [`NoModel`] when the file cannot be read, breaks a rule, or has no such Interface.
    pub fn of(&self, name: &str, dtmi: Option<&str>) -> Result<TwinModel, NoModel> {
        let wrong = |text: Said| NoModel {
            key: "model_file",
            text,
        };
        match self.files.get(name) {
            None => Err(wrong(said!(
                "plantfile-model-unread",
                "\"{name}\" was not read",
                name = name
            ))),
            Some(File::Unreadable(text)) => Err(wrong(text.clone())),
            Some(File::Faulty(faults)) => {
                let first = faults.list.first().map(Fault::said_where);
                Err(wrong(first.unwrap_or_default()))
            }
            Some(File::Thing(thing)) => Ok(of_thing(thing)),
            Some(File::Dtdl(model) | File::Joint(model)) => {
                let at = interface(model, name, dtmi)?;
                let made = of_interface(model, at);
                made.ok_or_else(|| {
                    wrong(said!(
                        "plantfile-model-empty",
                        "\"{name}\" has no Interface",
                        name = name
                    ))
                })
            }
        }
    }

    /// What breaks the rules of a language, of all files together; none when nothing does.
    pub fn faults(&self) -> Option<Faults> {
        let mut all = Faults::default();
        for file in self.files.values() {
            if let File::Faulty(faults) = file {
                all.list.extend_from_slice(&faults.list);
                all.more += faults.more;
            }
        }
        (!all.list.is_empty()).then_some(all)
    }

    /// The Interfaces of a DTDL file: identifier, name, number of signals. None of a Thing Description, which is one thing.
    pub fn interfaces(&self, name: &str) -> Vec<(String, String, usize)> {
        let Some(File::Dtdl(model) | File::Joint(model)) = self.files.get(name) else {
            return Vec::new();
        };
        let each = model.interfaces.iter().enumerate().map(|(at, interface)| {
            let signals = model.to_type(at).map_or(0, |made| made.origins.len());
            (interface.id.clone(), interface.label(), signals)
        });
        each.collect()
    }
}

fn read_one(file: Source<'_>) -> File {
    if is_thing(file) {
        return match td::read(file, &Limits::default()) {
            Ok(thing) => File::Thing(Arc::new(thing)),
            Err(faults) => File::Faulty(faults),
        };
    }
    match dtdl::read(&[file], &dtdl::Options::default()) {
        Ok(model) => File::Dtdl(Arc::new(model)),
        Err(faults) => File::Faulty(faults),
    }
}

/// Whether it names a context of Thing Descriptions. What is no JSON is DTDL's to refuse.
fn is_thing(file: Source<'_>) -> bool {
    let limits = Limits::default();
    let faults = Collector::new(1);
    let json = parse(file, 0, &limits, limits.values, &faults);
    let contexts = json.as_ref().and_then(|json| json.root().get("@context"));
    contexts.is_some_and(|contexts| {
        let each = contexts.each();
        let mut texts = each.iter().filter_map(|context| context.text());
        texts.any(|context| context.starts_with(THING_CONTEXTS))
    })
}

fn lacks_only_others(faults: &Faults) -> bool {
    let lacks = |fault: &Fault| fault.rule == Rule::ReferenceKnown;
    faults.more == 0 && faults.list.iter().all(lacks)
}

fn read_together(sources: &[Source<'_>]) -> Option<Arc<dtdl::Model>> {
    let files: Vec<Source<'_>> = sources
        .iter()
        .copied()
        .filter(|file| !is_thing(*file))
        .collect();
    let model = dtdl::read(&files, &dtdl::Options::default()).ok()?;
    Some(Arc::new(model))
}

/// The place of the Interface that a type means.
fn interface(model: &dtdl::Model, name: &str, dtmi: Option<&str>) -> Result<usize, NoModel> {
    let known = || {
        let ids = model.interfaces.iter().map(|one| one.id.as_str());
        let listed: Vec<&str> = ids.take(NAMED_MAX).collect();
        let more = model.interfaces.len() - listed.len();
        if more == 0 {
            return Said::from(listed.join(", "));
        }
        said!(
            "plantfile-model-more",
            "{listed} and {count} more",
            listed = listed.join(", "),
            count = more
        )
    };
    let wrong = |text: Said| NoModel { key: "dtmi", text };
    match dtmi {
        Some(dtmi) => model
            .interfaces
            .iter()
            .position(|one| one.id == dtmi)
            .ok_or_else(|| {
                wrong(said!(
                    "plantfile-model-lacks",
                    "\"{name}\" has no Interface \"{dtmi}\"; it has {known}",
                    name = name,
                    dtmi = dtmi,
                    known = known()
                ))
            }),
        None if model.interfaces.len() == 1 => Ok(0),
        None => Err(wrong(said!(
            "plantfile-model-several",
            "is missing, and \"{name}\" has several Interfaces; name one: {known}",
            name = name,
            known = known()
        ))),
    }
}

fn of_interface(model: &dtdl::Model, at: usize) -> Option<TwinModel> {
    let interface = model.interfaces.get(at)?;
    let made = model.to_type(at)?;
    let origins = made.origins.into_iter().map(|origin| ModelOrigin {
        path: origin.path,
        quantity: origin.quantity,
        unit: origin.unit.map(str::to_owned),
        writable: origin.writable,
    });
    Some(TwinModel {
        language: match interface.version {
            dtdl::Version::V2 => "DTDL v2",
            dtdl::Version::V3 => "DTDL v3",
            dtdl::Version::V4 => "DTDL v4",
        },
        id: interface.id.clone(),
        type_id: made.asset_type.id,
        name: made.asset_type.name,
        description: interface.about.description.text().map(str::to_owned),
        signals: made.asset_type.signals,
        origins: origins.collect(),
        relationships: made
            .relationships
            .into_iter()
            .map(|end| end.label)
            .collect(),
        commands: made.commands,
        left_out: made.left_out,
    })
}

fn of_thing(thing: &td::Thing) -> TwinModel {
    let origins = thing.signals.iter().map(|signal| ModelOrigin {
        path: signal.path.clone(),
        quantity: None,
        unit: signal.unit.clone(),
        writable: signal.writable,
    });
    let link = |link: &td::Link| match &link.rel {
        Some(rel) => format!("{rel}: {}", link.href),
        None => link.href.clone(),
    };
    TwinModel {
        language: "WoT Thing Description",
        id: thing.id.clone().unwrap_or_default(),
        type_id: thing.asset_type.id.clone(),
        name: thing.asset_type.name.clone(),
        description: thing.description.clone(),
        signals: thing.asset_type.signals.clone(),
        origins: origins.collect(),
        relationships: thing.links.iter().map(link).collect(),
        commands: thing.actions.clone(),
        left_out: thing.left_out.clone(),
    }
}
