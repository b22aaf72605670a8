//! The plant as it runs: compiled, with its models loaded, beside the number of its revision.

use std::{path::Path, sync::Arc};

use twin_core::{ConnectionId, engine::ModelBinding};
use twin_historian::Historian;
use twin_model::{ByRule, Ignored, Mapper, Models, Plant};

use crate::{
    api::plant::{ModelView, PlantView},
    compile::{Compiled, compile, plant_view, signal_ids},
    error::{Error, Result},
    model_files::Loaded,
    pipeline::scoring::{self, LoadedModel},
    workspace::Workspace,
};

/// A plant that runs.
pub(super) struct Planted {
    /// For the pipeline.
    pub compiled: Arc<Compiled>,
    /// Where it comes from.
    pub origin: Arc<Origin>,
    /// What is shown of its models, in the order of the bindings.
    pub models: Vec<ModelView>,
    /// Grows by one with every change.
    pub revision: u32,
}

/// What a plant that runs is made of.
pub(super) struct Origin {
    /// As the plant file has it, without what the models give.
    pub written: Plant,
    /// With what the models give, without what rules made.
    pub plant: Arc<Plant>,
    /// What the model files say.
    pub twins: Arc<Models>,
    /// The mapping rules.
    mapper: Arc<Mapper>,
    /// What is left alone.
    ignored: Arc<Ignored>,
    /// What rules made of what was heard.
    pub made: ByRule,
}

impl Origin {
    /// What a plant is made of that was read now; `made` is what its rules made.
    pub fn new(loaded: Loaded, made: ByRule) -> Origin {
        Origin {
            mapper: Arc::new(Mapper::new(&loaded.plant)),
            ignored: Arc::new(loaded.plant.discovery.ignored()),
            written: loaded.written,
            plant: Arc::new(loaded.plant),
            twins: Arc::new(loaded.models),
            made,
        }
    }

    /// The same, when rules have made something else.
    pub fn with(&self, made: ByRule) -> Origin {
        Origin {
            written: self.written.clone(),
            plant: Arc::clone(&self.plant),
            twins: Arc::clone(&self.twins),
            mapper: Arc::clone(&self.mapper),
            ignored: Arc::clone(&self.ignored),
            made,
        }
    }

    /// Whether rules may make something of an address: one fits it, and it is not to be left alone.
    pub fn is_for_rules(&self, connection: &ConnectionId, address: &str) -> bool {
        !self.ignored.covers(address) && self.mapper.resolve(connection, address).is_some()
    }

    /// The plant as it is to run.
    pub fn whole(&self) -> Plant {
        self.plant.with(&self.made)
    }
}

impl Planted {
    /// Compiles a plant: numbers its signals, and loads its models unless those of `before` are the same; without one before,
    /// which is at the start, a full disk keeps nothing from running. Gives the models that were loaded.
    ///
    /// # Errors
    /// [`Error::History`] when signals cannot be numbered, [`Error::Stopped`] when the program ends meanwhile.
    pub async fn make(
        historian: &Historian,
        workspace: &Arc<Workspace>,
        origin: Origin,
        before: Option<&Planted>,
    ) -> Result<(Planted, Option<Vec<LoadedModel>>)> {
        let plant = origin.whole();
        let ids = signal_ids(&plant);
        let keys = match before {
            Some(_) => historian.signal_keys(&ids).await?,
            // A plant must be seen when history has no room for its names.
            None => historian.signal_keys_at_start(&ids).await?,
        };
        let mut compiled = compile(plant, &keys);
        compiled.mapper = Arc::clone(&origin.mapper);
        compiled.twins = Arc::clone(&origin.twins);
        let origin = Arc::new(origin);
        let revision = before.map_or(1, |before| before.revision + 1);
        if let Some(before) = before.filter(|before| asks_alike(&before.compiled, &compiled)) {
            let settle = before.compiled.engine.models.iter().map(|m| m.settle);
            compiled.put_settle(settle.collect::<Vec<_>>());
            let planted = Planted {
                compiled: Arc::new(compiled),
                origin,
                models: before.models.clone(),
                revision,
            };
            return Ok((planted, None));
        }
        // Reading and optimising models takes long enough to hold up everything else on this thread.
        let workspace = Arc::clone(workspace);
        let loading = tokio::task::spawn_blocking(move || {
            let models = scoring::load(&workspace, &compiled);
            (compiled, models)
        });
        let (mut compiled, models) = loading.await.map_err(|_| Error::Stopped)?;
        compiled.put_settle(models.iter().map(|model| model.settle));
        let planted = Planted {
            compiled: Arc::new(compiled),
            origin,
            models: models.iter().map(|model| model.view.clone()).collect(),
            revision,
        };
        Ok((planted, Some(models)))
    }

    /// As the UI draws it.
    pub fn view(&self, workspace: &Path) -> PlantView {
        let workspace = workspace.display().to_string();
        plant_view(&self.compiled, self.revision, workspace, |binding| {
            self.models.get(binding).cloned()
        })
    }
}

/// Whether two plants ask the same models the same questions.
fn asks_alike(one: &Compiled, other: &Compiled) -> bool {
    let alike = |(one, other): (&ModelBinding, &ModelBinding)| {
        (&one.model, &one.inputs, one.score) == (&other.model, &other.inputs, other.score)
    };
    let (ones, others) = (&one.engine.models, &other.engine.models);
    one.models == other.models && ones.len() == others.len() && ones.iter().zip(others).all(alike)
}
