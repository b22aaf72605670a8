//! `cargo xtask train-demo`: learns the models that the demo's plant file names, from simulated running of the demo plant.
//!
//! The plant file alone says which inputs a model has, when an asset runs and what alarm stands on the score. Here stands
//! only what such a file cannot know: which running is normal for the asset, and which inputs are symptoms.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::process::{cargo, command, run};
use crate::repo::Repo;
use crate::stop::Stop;

/// How one model is learned.
struct Recipe {
    /// The model's id in the plant file.
    model: &'static str,
    /// Signals that a fault moves together: they are explained by the others and must not excuse one another.
    symptoms: &'static [&'static str],
    /// How long an asset needs after a start until it is warm, seconds.
    settle_s: u32,
    /// For the model's card.
    trained_on: &'static str,
    /// The order counts: equal order gives equal bytes.
    runs: &'static [Run],
}

/// Simulated running of one asset.
struct Run {
    /// What happens; the file's name says it, and so does the model's card.
    scene: &'static str,
    asset: &'static str,
    hours: u32,
    /// A fault of something else, as `demo-plant simulate --fault` takes it.
    fault: Option<&'static str>,
}

const fn of(
    scene: &'static str,
    asset: &'static str,
    hours: u32,
    fault: Option<&'static str>,
) -> Run {
    Run {
        scene,
        asset,
        hours,
        fault,
    }
}

/// Trouble elsewhere is normal for a pump: a model of quiet days alone calls full speed an anomaly.
const RECIPES: &[Recipe] = &[Recipe {
    model: "pump-anomaly",
    symptoms: &["vibration_de", "vibration_nde", "bearing_temperature"],
    settle_s: 1200,
    trained_on: "the demo plant's pumps: two quiet days, a leaking tank (all three pumps at full speed), \
        a cavitating neighbour, sticking valves; none of it a fault of the pump itself",
    runs: &[
        of("quiet", "pump-1", 48, None),
        of("quiet", "pump-2", 48, None),
        of("tank-leak", "pump-1", 30, Some("high-tank:leak@21600")),
        of("tank-leak", "pump-2", 30, Some("high-tank:leak@21600")),
        of("tank-leak", "pump-3", 30, Some("high-tank:leak@21600")),
        of(
            "neighbour-cavitates",
            "pump-1",
            12,
            Some("pump-2:cavitation@3600"),
        ),
        of(
            "neighbour-cavitates",
            "pump-2",
            12,
            Some("pump-1:cavitation@3600"),
        ),
        of(
            "valve-sticks",
            "pump-1",
            12,
            Some("valve-101:stiction@3600"),
        ),
        of(
            "valve-sticks",
            "pump-2",
            12,
            Some("valve-102:stiction@3600"),
        ),
    ],
}];

/// What a simulation is for.
#[derive(Clone, Copy)]
struct Use {
    /// The option of `learn`, and with it the file's name.
    option: &'static str,
    file: &'static str,
    seed: u64,
}

/// The model is fitted to the one, and its false alarms are counted on the other, which serves for nothing else.
const USES: [Use; 2] = [
    Use {
        option: "--data",
        file: "train",
        seed: 7,
    },
    Use {
        option: "--holdout",
        file: "holdout",
        seed: 11,
    },
];

/// The part of the plant file that matters here.
#[derive(Debug, Deserialize)]
struct PlantFile {
    #[serde(rename = "type", default)]
    types: Vec<AssetType>,
    #[serde(rename = "asset", default)]
    assets: Vec<Asset>,
}

#[derive(Debug, Deserialize)]
struct AssetType {
    id: String,
    running: Option<Running>,
    model: Option<Model>,
}

#[derive(Debug, Deserialize)]
struct Running {
    signal: String,
    above: f64,
}

#[derive(Debug, Deserialize)]
struct Model {
    id: String,
    inputs: Vec<String>,
    interval_s: f64,
    alarm: Option<Alarm>,
}

#[derive(Debug, Deserialize)]
struct Alarm {
    limit: f64,
    deadband: f64,
    on_delay_s: f64,
}

#[derive(Debug, Deserialize)]
struct Asset {
    id: String,
    #[serde(rename = "type")]
    asset_type: String,
}

/// One model to learn: what the plant file says of it and how it is learned.
struct Task<'a> {
    asset_type: &'a AssetType,
    model: &'a Model,
    recipe: &'static Recipe,
}

/// Simulates and learns every model of the shipped plant file into `assets/models`.
///
/// # Errors
/// When the plant file names no model, or one that has no recipe here, or a step fails.
pub fn run_train(repo: &Repo, stop: &Stop) -> Result<()> {
    let path = repo.assets().join("demo-plant/plant.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    let plant: PlantFile =
        toml::from_str(&text).with_context(|| format!("{} is no plant file", path.display()))?;
    let tasks =
        tasks(&plant).with_context(|| format!("{} cannot be learned from", path.display()))?;
    build(repo, stop)?;

    let folder = repo.target.join("train");
    fs::create_dir_all(&folder)
        .with_context(|| format!("could not create {}", folder.display()))?;
    for task in &tasks {
        for purpose in USES {
            for simulated in task.recipe.runs {
                let mut simulate = simulate(repo, &folder, task.model, simulated, purpose);
                run(&mut simulate, stop)?;
            }
        }
        run(&mut learn(repo, &folder, task), stop)?;
    }
    println!(
        "{} model(s) learned into {}",
        tasks.len(),
        repo.shown(&repo.assets().join("models"))
    );
    Ok(())
}

/// Pairs every model of the plant file with its recipe.
fn tasks(plant: &PlantFile) -> Result<Vec<Task<'_>>> {
    let mut tasks = Vec::new();
    for asset_type in &plant.types {
        let Some(model) = &asset_type.model else {
            continue;
        };
        let Some(recipe) = RECIPES.iter().find(|recipe| recipe.model == model.id) else {
            bail!(
                "no recipe for the model `{}`: add one to RECIPES in train.rs",
                model.id
            );
        };
        for symptom in recipe.symptoms {
            ensure!(
                model.inputs.iter().any(|input| input == symptom),
                "the recipe of `{}` calls `{symptom}` a symptom, which is no input of the model",
                model.id
            );
        }
        for simulated in recipe.runs {
            ensure!(
                plant
                    .assets
                    .iter()
                    .any(|asset| asset.id == simulated.asset && asset.asset_type == asset_type.id),
                "the recipe of `{}` wants `{}`, which is no asset of the type `{}`",
                model.id,
                simulated.asset,
                asset_type.id
            );
        }
        tasks.push(Task {
            asset_type,
            model,
            recipe,
        });
    }
    ensure!(
        !tasks.is_empty(),
        "it names no model: a [type.model] table is missing"
    );
    Ok(tasks)
}

/// Builds the simulator and the learner.
fn build(repo: &Repo, stop: &Stop) -> Result<()> {
    // The learner needs no scorer, and so not the slow build of one.
    let learner = &[
        "--package",
        "twin-insight",
        "--no-default-features",
        "--bin",
        "learn",
    ];
    for arguments in [&["--workspace", "--bin", "demo-plant"] as &[&str], learner] {
        let mut cargo = cargo();
        run(
            cargo.current_dir(&repo.root).arg("build").args(arguments),
            stop,
        )?;
    }
    Ok(())
}

/// The recording of one run.
fn recording(folder: &Path, run: &Run, purpose: Use) -> PathBuf {
    folder.join(format!("{}-{}-{}.csv", purpose.file, run.scene, run.asset))
}

fn simulate(repo: &Repo, folder: &Path, model: &Model, run: &Run, purpose: Use) -> Command {
    let mut simulate = command(repo.debug_binary("demo-plant"));
    simulate
        .args(["simulate", "--asset", run.asset])
        .args(["--seed", &purpose.seed.to_string()])
        .args(["--hours", &run.hours.to_string()])
        .args(["--every", &format!("{}s", model.interval_s)]);
    if let Some(fault) = run.fault {
        simulate.args(["--fault", fault]);
    }
    simulate.arg("--out").arg(recording(folder, run, purpose));
    simulate
}

fn learn(repo: &Repo, folder: &Path, task: &Task<'_>) -> Command {
    let Task {
        asset_type,
        model,
        recipe,
    } = task;
    let mut learn = command(repo.debug_binary("learn"));
    learn
        .args(["--id", &model.id, "--out-dir"])
        .arg(repo.assets().join("models"));
    for run in recipe.runs {
        for purpose in USES {
            learn
                .arg(purpose.option)
                .arg(recording(folder, run, purpose));
        }
    }
    for input in &model.inputs {
        learn.args(["--input", input]);
    }
    for symptom in recipe.symptoms {
        learn.args(["--symptom", symptom]);
    }
    if let Some(Running { signal, above }) = &asset_type.running {
        learn.args(["--running", &format!("{signal}>{above}")]);
        learn.args(["--settle", &recipe.settle_s.to_string()]);
    }
    learn.args(["--interval", &model.interval_s.to_string()]);
    if let Some(alarm) = &model.alarm {
        let numbers = format!("{},{},{}", alarm.limit, alarm.deadband, alarm.on_delay_s);
        learn.args(["--alarm", &numbers]);
    }
    learn
        .args(["--seed", &USES[0].seed.to_string()])
        .args(["--trained-on", recipe.trained_on]);
    learn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::shown;

    const PLANT: &str = r#"
        [plant]
        id = "p"
        [[type]]
        id = "pump"
        running = { signal = "speed", above = 900.0 }
        [type.model]
        id = "pump-anomaly"
        file = "pump-anomaly.onnx"
        inputs = ["power", "speed", "vibration_nde", "vibration_de", "bearing_temperature"]
        interval_s = 0.5
        alarm = { limit = 0.7, deadband = 0.2, on_delay_s = 15.0, priority = 3 }
        [[type]]
        id = "tank"
        [[asset]]
        id = "pump-1"
        type = "pump"
        [[asset]]
        id = "pump-2"
        type = "pump"
        [[asset]]
        id = "pump-3"
        type = "pump"
        "#;

    fn repo() -> Repo {
        Repo {
            root: "/r".into(),
            target: "/r/target".into(),
            rust_version: None,
        }
    }

    fn parsed(text: &str) -> PlantFile {
        toml::from_str(text).unwrap()
    }

    /// What is wrong with a plant file.
    fn complaint(text: &str) -> String {
        tasks(&parsed(text)).err().unwrap().to_string()
    }

    #[test]
    fn what_the_plant_file_says_is_what_is_learned() {
        let plant = parsed(PLANT);
        let tasks = tasks(&plant).unwrap();
        assert_eq!(tasks.len(), 1, "a type without a model is left alone");
        let line = shown(&learn(&repo(), Path::new("/t"), &tasks[0]));
        for part in [
            "learn --id pump-anomaly --out-dir /r/assets/models --data /t/train-quiet-pump-1.csv \
                --holdout /t/holdout-quiet-pump-1.csv --data /t/train-quiet-pump-2.csv ",
            "--holdout /t/holdout-valve-sticks-pump-2.csv --input power --input speed --input vibration_nde ",
            " --symptom vibration_de --symptom vibration_nde --symptom bearing_temperature ",
            " --running speed>900 --settle 1200 --interval 0.5 --alarm 0.7,0.2,15 --seed 7 ",
        ] {
            assert!(line.contains(part), "{part} is not in {line}");
        }
    }

    #[test]
    fn every_run_is_simulated_into_the_file_that_is_learned_from() {
        let plant = parsed(PLANT);
        let task = &tasks(&plant).unwrap()[0];
        let folder = Path::new("/t");
        let learned = shown(&learn(&repo(), folder, task));
        let mut lines = Vec::new();
        for purpose in USES {
            for run in task.recipe.runs {
                let line = shown(&simulate(&repo(), folder, task.model, run, purpose));
                let (_, out) = line.split_once("--out ").unwrap();
                assert!(
                    learned.contains(&format!("{} {out} ", purpose.option)),
                    "{out}"
                );
                // A pump's own fault is never normal, and a model of it would not see it.
                assert!(!line.contains(&format!("--fault {}:", run.asset)), "{line}");
                lines.push(line);
            }
        }
        assert_eq!(
            lines[0],
            "demo-plant simulate --asset pump-1 --seed 7 --hours 48 --every 0.5s --out /t/train-quiet-pump-1.csv"
        );
        assert_eq!(
            lines[9 + 5],
            "demo-plant simulate --asset pump-1 --seed 11 --hours 12 --every 0.5s --fault pump-2:cavitation@3600 \
                --out /t/holdout-neighbour-cavitates-pump-1.csv"
        );
        let total = lines.len();
        lines.sort();
        lines.dedup();
        assert_eq!(lines.len(), total, "no run twice");
    }

    #[test]
    fn a_plant_file_that_fits_no_recipe_is_refused_with_the_reason() {
        let changed = |from: &str, to: &str| complaint(&PLANT.replace(from, to));
        let unknown = changed("id = \"pump-anomaly\"", "id = \"fan-anomaly\"");
        assert!(unknown.contains("no recipe for the model `fan-anomaly`"));
        let missing = changed("\"pump-3\"", "\"pump-4\"");
        assert!(
            missing.contains("`pump-3`, which is no asset of the type `pump`"),
            "{missing}"
        );
        let symptom = changed("\"vibration_nde\", ", "");
        assert!(symptom.contains("`vibration_nde` a symptom"), "{symptom}");
        assert!(complaint("[[type]]\nid = \"tank\"\n").contains("no model"));
    }

    #[test]
    fn the_shipped_plant_file_has_its_recipes() {
        let plant = parsed(include_str!("../../../../assets/demo-plant/plant.toml"));
        let tasks = tasks(&plant).unwrap();
        let pump = tasks.iter().find(|task| task.model.id == "pump-anomaly");
        let pump = pump.unwrap();
        assert!(pump.asset_type.running.is_some() && pump.model.alarm.is_some());
    }
}
