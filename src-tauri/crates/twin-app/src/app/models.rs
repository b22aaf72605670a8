//! Asset types and the twin models behind them: shown, and imported.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use twin_core::said;
use twin_model::{AssetType, Edit, Models, Plant, Role, TwinModel};

use super::{App, faults::model_faults, planted::Planted};
use crate::{
    api::{
        models::{
            InterfaceView, LeftOutView, ModelImportView, ModelsView, TwinModelView, TwinSignalView,
            TypeView,
        },
        plant::SignalRole,
    },
    error::{Doing, Error, Result},
    model_files::{self, BYTES_MAX, FOLDER},
};

/// Longest name that a copy gets, characters.
const NAME_MAX: usize = 80;
/// How many names are tried before an import gives up.
const NAMES_MAX: u32 = 100;

/// A model file that a person wants to import, read and judged.
enum Judged {
    /// Nothing can be written yet.
    No(ModelImportView),
    /// A type, and the file that is to be copied.
    Yes {
        new_type: Box<AssetType>,
        bytes: Vec<u8>,
        /// Whether the copy lies there already.
        is_there: bool,
    },
}

impl App {
    /// The asset types of the plant that runs, with what their model files say.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub async fn models(&self) -> Result<ModelsView> {
        let planted = self.planted();
        // Of a large model this takes long.
        let types = tokio::task::spawn_blocking(move || type_views(&planted));
        Ok(ModelsView {
            types: types.await.map_err(|_| Error::Stopped)?,
            faults: self.plant_faults(),
        })
    }

    /// Copies a model file into the workspace's folder `models` and adds an asset type of it to the plant file. `choice`
    /// names one of several Interfaces. Nothing is written when the answer holds faults or choices.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be read or copied, [`Error::Request`] when it is too large or the plant has a type
    /// of it, [`Error::Plant`] when the plant file cannot take it.
    pub async fn import_model(
        &self,
        path: &str,
        choice: Option<&str>,
        user: &str,
    ) -> Result<ModelImportView> {
        let _alone = self.editing.lock().await;
        let written = self.workspace.plant()?;
        let dir = self.workspace.dir().to_owned();
        let (from, choice) = (path.to_owned(), choice.map(str::to_owned));
        let judging =
            tokio::task::spawn_blocking(move || judge(&dir, &from, choice.as_deref(), &written));
        let (new_type, bytes, is_there) = match judging.await.map_err(|_| Error::Stopped)?? {
            Judged::No(view) => return Ok(view),
            Judged::Yes {
                new_type,
                bytes,
                is_there,
            } => (new_type, bytes, is_there),
        };
        let file = new_type.model_file.clone().unwrap_or_default();
        let copy = self.workspace.dir().join(&file);
        if !is_there {
            put_new(&copy, &bytes)?;
        }
        let edit = Edit::PutType((*new_type).clone());
        let edited = match self.edit(|document| document.apply(std::slice::from_ref(&edit))) {
            Ok(edited) => edited,
            Err(error) => {
                if !is_there {
                    // It was made just now, and nothing names it.
                    let _ = fs::remove_file(&copy);
                }
                return Err(error);
            }
        };
        let text = self.audit_edited(edited).await;
        let detail = format!("{path} as {file}");
        self.audit(user, "model-import", &new_type.id, &detail)
            .await;
        self.take_up_edit(text).await?;
        Ok(ModelImportView {
            type_id: Some(new_type.id),
            file: Some(file),
            choices: Vec::new(),
            faults: Vec::new(),
        })
    }
}

fn type_views(planted: &Planted) -> Vec<TypeView> {
    let plant = &planted.compiled.plant;
    let view = |of: &AssetType| {
        let written = planted.origin.written.asset_type(&of.id);
        let file = of.model_file.as_deref();
        let model = file.and_then(|file| {
            let model = planted.origin.twins.of(file, of.dtmi.as_deref()).ok()?;
            Some(model_view(file, model, written))
        });
        TypeView {
            id: of.id.clone(),
            name: of.name.clone(),
            assets: count(plant.assets.iter().filter(|asset| asset.type_id == of.id)),
            signals: count(of.signals.iter()),
            written: written.map_or(0, |written| count(written.signals.iter())),
            dtmi: of.dtmi.clone(),
            model,
        }
    };
    plant.types.iter().map(view).collect()
}

fn judge(dir: &Path, from: &str, choice: Option<&str>, written: &Plant) -> Result<Judged> {
    // A path that is not whole begins at the workspace, as the others that people type.
    let path = dir.join(from);
    let wrong = |source| Error::File {
        action: Doing::Read,
        path: path.clone(),
        source,
    };
    let bytes = model_files::read_bounded(&path, BYTES_MAX).map_err(wrong)?;
    let bytes = bytes.ok_or_else(|| {
        let most = BYTES_MAX / (1024 * 1024);
        Error::Request(said!(
            "refused-model-large",
            "{path} is larger than {most} MiB: no model file of a plant may be",
            path = path.display().to_string(),
            most = most
        ))
    })?;
    let (file, is_there) = place(dir, &path, &bytes)?;
    let mut contents = model_files::read(dir, &model_files::names(written));
    contents.insert(file.clone(), Ok(bytes.clone()));
    let models = Models::read(&contents);
    let nothing = ModelImportView {
        type_id: None,
        file: None,
        choices: Vec::new(),
        faults: Vec::new(),
    };
    if let Some(mut faults) = models.faults() {
        faults.list.retain(|fault| *fault.file == *file);
        if !faults.list.is_empty() {
            let faults = model_faults(&faults);
            return Ok(Judged::No(ModelImportView { faults, ..nothing }));
        }
    }
    let interfaces = models.interfaces(&file);
    if choice.is_none() && interfaces.len() > 1 {
        let choices = interfaces
            .into_iter()
            .map(|(id, name, signals)| InterfaceView {
                id,
                name,
                signals: u32::try_from(signals).unwrap_or(u32::MAX),
            });
        let choices = choices.collect();
        return Ok(Judged::No(ModelImportView { choices, ..nothing }));
    }
    let model = models.of(&file, choice);
    let model = model.map_err(|fault| {
        Error::Request(said!(
            "refused-model",
            "{path}: {fault}",
            path = from,
            fault = fault.text
        ))
    })?;
    let dtmi = (!interfaces.is_empty()).then(|| model.id.clone());
    Ok(Judged::Yes {
        new_type: Box::new(new_type(model, dtmi, file, written)?),
        bytes,
        is_there,
    })
}

/// The type as the plant file gets it: without the signals that the model gives.
fn new_type(
    model: TwinModel,
    dtmi: Option<String>,
    file: String,
    written: &Plant,
) -> Result<AssetType> {
    let same = |one: &&AssetType| one.dtmi == dtmi && one.model_file.as_ref() == Some(&file);
    if let Some(known) = written.types.iter().find(same) {
        return Err(Error::Request(said!(
            "refused-model-known",
            "the type \"{id}\" is of this model already: give assets that type",
            id = known.id.as_str()
        )));
    }
    let mut id = model.type_id.clone();
    let mut number = 1_u32;
    while written.asset_type(&id).is_some() {
        number += 1;
        id = format!("{}-{number}", model.type_id);
    }
    Ok(AssetType {
        id,
        name: model.name,
        dtmi,
        model_file: Some(file),
        running: None,
        signals: Vec::new(),
        model: None,
    })
}

/// Where the copy of a file is to lie, relative to the plant file, and whether it lies there already. Nothing that exists
/// is ever written over.
fn place(dir: &Path, path: &Path, bytes: &[u8]) -> Result<(String, bool)> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = plain_name(&name.unwrap_or_default());
    let (stem, ending) = name.split_once('.').unwrap_or((&name, "json"));
    let numbers = 1..=NAMES_MAX;
    let names = numbers.map(|number| match number {
        1 => format!("{FOLDER}/{stem}.{ending}"),
        _ => format!("{FOLDER}/{stem}-{number}.{ending}"),
    });
    for file in names {
        let there = dir.join(&file);
        if fs::symlink_metadata(&there).is_err() {
            return Ok((file, false));
        }
        let own = model_files::read(dir, &BTreeSet::from([file.clone()]));
        if own
            .get(&file)
            .is_some_and(|own| own.as_deref() == Ok(bytes))
        {
            return Ok((file, true));
        }
    }
    Err(Error::Request(said!(
        "refused-model-names",
        "the folder {folder} has too many files named {name}: give the file another name",
        folder = FOLDER,
        name = name
    )))
}

/// A name that every system can have, and that leads nowhere else.
fn plain_name(name: &str) -> String {
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => c,
        _ => '-',
    };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim_start_matches(['.', '-']);
    let name: String = name.chars().take(NAME_MAX).collect();
    match name.is_empty() {
        true => "model.json".to_owned(),
        false => name,
    }
}

fn put_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let wrong = |source| Error::File {
        action: Doing::Write,
        path: path.to_owned(),
        source,
    };
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    fs::create_dir_all(folder).map_err(wrong)?;
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(wrong)?;
    file.write_all(bytes).map_err(wrong)?;
    file.sync_all().map_err(wrong)
}

fn model_view(file: &str, model: TwinModel, written: Option<&AssetType>) -> TwinModelView {
    let is_written = |id: &str| written.is_some_and(|written| written.signal(id).is_some());
    let signals = model.signals.into_iter().zip(model.origins);
    let signals = signals.map(|(signal, origin)| TwinSignalView {
        written: is_written(&signal.id),
        id: signal.id,
        name: signal.name,
        path: origin.path.join("."),
        role: match signal.role {
            Role::Measurement => SignalRole::Measurement,
            Role::Setpoint => SignalRole::Setpoint,
            Role::State => SignalRole::State,
            Role::Score => SignalRole::Score,
        },
        unit_written: origin.unit.filter(|unit| *unit != signal.unit),
        unit: signal.unit,
        quantity: origin.quantity.map(str::to_owned),
        writable: origin.writable,
    });
    let left_out = model.left_out.into_iter().map(|left| LeftOutView {
        path: left.path,
        text: left.text.into(),
    });
    TwinModelView {
        file: file.to_owned(),
        language: model.language.to_owned(),
        id: model.id,
        name: model.name,
        description: model.description,
        signals: signals.collect(),
        relationships: model.relationships,
        commands: model.commands,
        left_out: left_out.collect(),
    }
}

fn count<T>(each: impl Iterator<Item = T>) -> u32 {
    u32::try_from(each.count()).unwrap_or(u32::MAX)
}
