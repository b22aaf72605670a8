//! Model files: imported, changed while the program runs, and wrong.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::{App, api::models::TypeView, clock};
use twin_historian::Historian;
use twinscope_tests::harness::wait;

use crate::{signal, start};

const SOON: Duration = Duration::from_secs(20);
const MODEL: &str = r#"{
  "@context": ["dtmi:dtdl:context;3", "dtmi:dtdl:extension:quantitativeTypes;1"],
  "@id": "dtmi:water:Pump;1",
  "@type": "Interface",
  "displayName": "Pump",
  "contents": [
    { "@type": ["Telemetry", "Temperature"], "name": "casing", "schema": "double", "unit": "degreeCelsius" },
    { "@type": "Component", "name": "motor", "schema": "dtmi:water:Motor;1" }
  ]
}"#;
const MOTOR: &str = r#"{
  "@context": "dtmi:dtdl:context;3",
  "@id": "dtmi:water:Motor;1",
  "@type": "Interface",
  "contents": [ { "@type": "Telemetry", "name": "current", "schema": "double" } ]
}"#;
const PLANT: &str = "# My plant.\n[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n\n[[connection]]\nid = \"c\"\n\
    host = \"127.0.0.1\"\nport = 9\nsecurity = \"plaintext\"\nsubscriptions = [{ filter = \"a/#\" }]\n\n\
    [[area]]\nid = \"hall\"   # the only one\n";

async fn the_type(app: &App) -> Result<TypeView> {
    app.models()
        .await?
        .types
        .into_iter()
        .next()
        .context("no type")
}

async fn system_says(app: &App, part: &str) -> Result<String> {
    wait::until(&format!("a condition with {part:?}"), SOON, || async {
        let system = app.view().counters().system;
        let mut texts = system.into_iter().map(|said| said.text);
        texts.find(|text| text.contains(part))
    })
    .await
}

fn write_plant(workspace: &Path) -> Result<()> {
    fs::create_dir_all(workspace)?;
    fs::write(workspace.join("plant.toml"), PLANT)?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_imported_as_a_type() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let workspace = dir.path().join("workspace");
    write_plant(&workspace)?;
    let (app, _notices) = start(&workspace).await?;

    // What has faults, and what has several Interfaces, writes nothing.
    let from = dir.path().join("Pump <1>.json");
    fs::write(&from, MODEL)?;
    let path = from.display().to_string();
    let view = app.import_model(&path, None, "tester").await?;
    ensure!(view.type_id.is_none() && view.faults.len() == 1, "{view:?}");
    let fault = &view.faults[0];
    ensure!(
        fault.rule.as_deref() == Some("reference-known") && fault.line == 8,
        "{fault:?}"
    );
    fs::write(&from, format!("[{MODEL},\n{MOTOR}]"))?;
    let view = app.import_model(&path, None, "tester").await?;
    ensure!(
        view.type_id.is_none() && view.choices.len() == 2,
        "{view:?}"
    );
    ensure!(fs::read_to_string(workspace.join("plant.toml"))? == PLANT);
    ensure!(!workspace.join("models").exists());

    let view = app
        .import_model(&path, Some("dtmi:water:Pump;1"), "tester")
        .await?;
    ensure!(view.type_id.as_deref() == Some("pump"), "{view:?}");
    ensure!(
        view.file.as_deref() == Some("models/Pump--1-.json"),
        "{view:?}"
    );
    let text = fs::read_to_string(workspace.join("plant.toml"))?;
    ensure!(
        text.starts_with(PLANT) && text.contains("model_file"),
        "{text}"
    );
    ensure!(
        !text.contains("casing"),
        "the model's signals are not written: {text}"
    );
    let shown = the_type(&app).await?;
    let model = shown.model.context("its model")?;
    ensure!(
        (shown.signals, shown.written, model.signals.len()) == (2, 0, 2),
        "{model:?}"
    );
    ensure!(
        model.signals[0].unit == "°C" && model.signals[1].path == "motor.current",
        "{model:?}"
    );
    let again = app
        .import_model(&path, Some("dtmi:water:Pump;1"), "tester")
        .await;
    ensure!(again.is_err(), "a second type of one model");

    app.stop().await;
    drop(app);

    let historian = Historian::open(&workspace, clock::now()).await?;
    let audit = historian.alarms().audit(None, 20).await?;
    let imports = audit
        .iter()
        .filter(|record| record.entry.action == "model-import");
    let imports: Vec<_> = imports
        .map(|record| (&*record.entry.user, &*record.entry.subject))
        .collect();
    ensure!(imports == [("tester", "pump")], "{imports:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_model_file_is_picked_up_and_a_wrong_one_is_said() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let workspace = dir.path().join("workspace");
    write_plant(&workspace)?;
    fs::create_dir(workspace.join("models"))?;
    let copy = workspace.join("models/pump.json");
    fs::write(&copy, format!("[{MODEL},\n{MOTOR}]"))?;
    let more = "[[type]]\nid = \"pump\"\ndtmi = \"dtmi:water:Pump;1\"\nmodel_file = \"models/pump.json\"\n\
                [[asset]]\nid = \"p1\"\narea = \"hall\"\ntype = \"pump\"\nconnection = \"c\"\nsource = \"a/p1#{signal}\"\n";
    fs::write(workspace.join("plant.toml"), format!("{PLANT}{more}"))?;
    let (app, _notices) = start(&workspace).await?;
    signal(&app, "p1/motor_current")?;
    let right = fs::read_to_string(&copy)?.replace("\"current\"", "\"torque\"");
    fs::write(&copy, &right)?;
    wait::until("the changed signal", SOON, || async {
        signal(&app, "p1/motor_torque").ok()
    })
    .await?;
    ensure!(signal(&app, "p1/motor_current").is_err());
    fs::write(&copy, right.replace("degreeCelsius", "degreesCelsius"))?;
    let said = system_says(&app, "plant.toml was changed").await?;
    ensure!(said.contains("models/pump.json line 7"), "{said}");
    let faults = app.plant_file().faults;
    let fault = faults.first().context("no fault")?;
    ensure!(
        fault.file.as_deref() == Some("models/pump.json") && fault.line == 7,
        "{fault:?}"
    );
    ensure!(
        fault.key.starts_with("/0/contents/0") && fault.rule.is_some(),
        "{fault:?}"
    );
    ensure!(app.models().await?.faults == faults);
    ensure!(
        signal(&app, "p1/motor_torque").is_ok(),
        "the plant of before runs on"
    );
    fs::write(&copy, &right)?;
    wait::until("the end of the fault", SOON, || async {
        let texts = app.view().counters().system;
        let is_over = app.plant_file().faults.is_empty()
            && !texts.iter().any(|text| text.contains("plant.toml"));
        is_over.then_some(())
    })
    .await?;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_outside_of_the_folder_is_not_read() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let workspace = dir.path().join("workspace");
    write_plant(&workspace)?;
    fs::create_dir(workspace.join("models"))?;
    let secret = dir.path().join("secret.json");
    fs::write(&secret, MOTOR)?;
    std::os::unix::fs::symlink(&secret, workspace.join("models/motor.json"))?;
    let (app, _notices) = start(&workspace).await?;
    let text = format!("{PLANT}[[type]]\nid = \"t\"\nmodel_file = \"models/motor.json\"\n");
    fs::write(workspace.join("plant.toml"), text)?;
    system_says(&app, "does not lie in the folder models").await?;
    ensure!(
        app.models().await?.types.is_empty(),
        "the plant of before runs on"
    );
    let faults = app.plant_file().faults;
    ensure!(
        faults.len() == 1 && faults[0].key == "type.model_file",
        "{faults:?}"
    );
    app.stop().await;
    Ok(())
}
