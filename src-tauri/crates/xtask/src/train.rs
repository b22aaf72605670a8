//! `cargo xtask train-demo`: learns the models that the demo's plant file names, from the demo plant's own normal running.
//!
//! The plant file alone says which inputs a model has and when an asset runs; only what a file of limits cannot know
//! stands here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process::{cargo, command, run};
use crate::repo::Repo;
use crate::stop::Stop;

/// Simulated time per asset and seed, in hours: two whole days of demand, so that each hour of the day is seen twice.
const HOURS: u32 = 48;
/// The seed of the data that the model is fitted to.
const SEED: u64 = 7;
/// The seed of the data that false alarms are counted on, and that serves for nothing else.
const HOLDOUT_SEED: u64 = 8;
/// Signals that a fault moves together: they are explained by the others and must not excuse one another.
const SYMPTOMS: &[&str] = &["vibration_de", "vibration_nde", "bearing_temperature"];

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
}

#[derive(Debug, Deserialize)]
struct Asset {
    id: String,
    #[serde(rename = "type")]
    asset_type: String,
}

/// Simulates and learns every model of the shipped plant file into `assets/models`.
///
/// # Errors
/// When the plant file names no model, or a step fails.
pub fn run_train(repo: &Repo, stop: &Stop) -> Result<()> {
    let path = repo.assets().join("demo-plant/plant.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    let plant: PlantFile =
        toml::from_str(&text).with_context(|| format!("{} is no plant file", path.display()))?;
    let build = |arguments: &[&str]| {
        run(
            cargo().current_dir(&repo.root).arg("build").args(arguments),
            stop,
        )
    };
    build(&["--workspace", "--bin", "demo-plant"])?;
    // The learner needs no scorer, and so not the slow build of one.
    build(&[
        "--package",
        "twin-insight",
        "--no-default-features",
        "--bin",
        "learn",
    ])?;

    let folder = repo.target.join("train");
    fs::create_dir_all(&folder)
        .with_context(|| format!("could not create {}", folder.display()))?;
    let mut learned = 0;
    for asset_type in &plant.types {
        let Some(model) = &asset_type.model else {
            continue;
        };
        let assets: Vec<&str> = plant
            .assets
            .iter()
            .filter(|asset| asset.asset_type == asset_type.id)
            .map(|asset| asset.id.as_str())
            .collect();
        let data = simulate(repo, &folder, &assets, model.interval_s, SEED, stop)?;
        let holdout = simulate(repo, &folder, &assets, model.interval_s, HOLDOUT_SEED, stop)?;
        run(
            &mut learn(repo, asset_type, model, &assets, &data, &holdout),
            stop,
        )?;
        learned += 1;
    }
    if learned == 0 {
        bail!(
            "{} names no model: a [type.model] table is missing",
            path.display()
        );
    }
    println!(
        "{learned} model(s) learned into {}",
        repo.shown(&repo.assets().join("models"))
    );
    Ok(())
}

/// Records each asset's normal running; returns the files.
fn simulate(
    repo: &Repo,
    folder: &Path,
    assets: &[&str],
    every_s: f64,
    seed: u64,
    stop: &Stop,
) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for asset in assets {
        let file = folder.join(format!("{asset}-seed-{seed}.csv"));
        let mut plant = command(repo.debug_binary("demo-plant"));
        plant.args([
            "simulate",
            "--seed",
            &seed.to_string(),
            "--hours",
            &HOURS.to_string(),
        ]);
        plant
            .args(["--every", &format!("{every_s}s"), "--asset", asset, "--out"])
            .arg(&file);
        run(&mut plant, stop)?;
        files.push(file);
    }
    Ok(files)
}

fn learn(
    repo: &Repo,
    asset_type: &AssetType,
    model: &Model,
    assets: &[&str],
    data: &[PathBuf],
    holdout: &[PathBuf],
) -> Command {
    let mut learn = command(repo.debug_binary("learn"));
    learn
        .args(["--id", &model.id, "--out-dir"])
        .arg(repo.assets().join("models"));
    for (option, files) in [("--data", data), ("--holdout", holdout)] {
        for file in files {
            learn.arg(option).arg(file);
        }
    }
    for input in &model.inputs {
        learn.args(["--input", input]);
        if SYMPTOMS.contains(&input.as_str()) {
            learn.args(["--symptom", input]);
        }
    }
    if let Some(running) = &asset_type.running {
        learn
            .arg("--running")
            .arg(format!("{}>{}", running.signal, running.above));
    }
    let trained_on = format!(
        "{HOURS} h of normal running of each of {} in the demo plant, a row every {} s, seed {SEED}",
        assets.join(", "),
        model.interval_s
    );
    learn.args(["--trained-on", &trained_on, "--seed", &SEED.to_string()]);
    learn.args(["--interval", &model.interval_s.to_string()]);
    learn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::shown;

    #[test]
    fn the_plant_file_says_what_is_learned() {
        let text = "[plant]\nid = \"p\"\n[[type]]\nid = \"pump\"\nrunning = { signal = \"speed\", above = 100.0 }\n\
            [type.model]\nid = \"m\"\nfile = \"m.onnx\"\ninputs = [\"speed\", \"vibration_de\"]\ninterval_s = 1.0\n\
            [[type]]\nid = \"tank\"\n[[asset]]\nid = \"pump-1\"\ntype = \"pump\"\n[[asset]]\nid = \"tank-1\"\ntype = \"tank\"\n";
        let plant: PlantFile = toml::from_str(text).unwrap();
        let repo = Repo {
            root: "/r".into(),
            target: "/r/target".into(),
            rust_version: None,
        };
        let pump = &plant.types[0];
        let files = [PathBuf::from("a.csv")];
        let line = shown(&learn(
            &repo,
            pump,
            pump.model.as_ref().unwrap(),
            &["pump-1"],
            &files,
            &files,
        ));
        assert!(line.contains("--id m --out-dir /r/assets/models"), "{line}");
        assert!(
            line.contains(
                "--input speed --input vibration_de --symptom vibration_de --running speed>100 "
            ),
            "{line}"
        );
        assert!(plant.types[1].model.is_none());
    }
}
