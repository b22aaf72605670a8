//! What becomes of a plant file, and of what mapping rules fit, when something fails on the way.

mod asset;
mod kept;
mod undo;
mod unmade;

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use twin_core::ConnectionId;
use twin_historian::AuditRecord;
use twin_model::Connection;

use super::App;
use crate::{
    api::connection::SavedView,
    connections::form_of,
    error::Error,
    heard_by_rule::{Address, FILE},
};

const SOON: Duration = Duration::from_secs(20);
/// More signals than the free room of a page of history has names for.
const MANY: usize = 1_000;

/// Nobody listens at the port of the connection.
const PLANT: &str = r#"[plant]
id = "p"
name = "P"
zone = "UTC"

[[connection]]
id = "c"
host = "127.0.0.1"
port = 9
security = "plaintext"
primary_host = "twinscope"
subscriptions = [{ filter = "plant/#", qos = 1 }]

[[area]]
id = "a"

[[type]]
id = "tank"
[[type.signal]]
id = "level"
"#;

const RULE: &str = "[[mapping]]\nid = \"tanks\"\nconnection = \"c\"\nfilter = \"plant/{asset}\"\ntype = \"tank\"\n";

struct House {
    dir: TempDir,
    app: Arc<App>,
}

impl House {
    async fn open(plant: &str) -> House {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("plant.toml"), plant).unwrap();
        House::open_in(dir).await
    }

    async fn open_in(dir: TempDir) -> House {
        let (app, _notices) = App::start(dir.path(), dir.path()).await.unwrap();
        // The tests look themselves.
        if let Some(watching) = &app.tasks.lock().await.plant_file {
            watching.abort();
        }
        let house = House { dir, app };
        house.look().await;
        house
    }

    fn plant(&self) -> PathBuf {
        self.dir.path().join("plant.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.plant()).unwrap()
    }

    fn edit(&self, from: &str, to: &str) {
        let text = self.text();
        assert!(text.contains(from), "{text}");
        fs::write(self.plant(), text.replacen(from, to, 1)).unwrap();
    }

    /// Adds an asset with so many signals that history needs room for their names.
    fn add_many(&self) {
        fs::write(self.plant(), self.text() + &many()).unwrap();
    }

    /// As often as a change needs to come to rest.
    async fn look(&self) {
        for _ in 0..3 {
            self.app.audit_rest().await;
            self.app.look_at_plant_file().await;
        }
    }

    async fn fill_disk(&self, is_full: bool) {
        let pages = is_full.then_some(1);
        let limit = self.app.historian.limit_telemetry_pages(pages);
        limit.await.unwrap();
    }

    /// Lets every entry into the audit trail fail, or no more.
    fn break_audit(&self, is_broken: bool) {
        let statement = match is_broken {
            true => {
                "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(FAIL, 'broken'); END"
            }
            false => "DROP TRIGGER broken",
        };
        sql(&self.dir.path().join("alarms.db"), statement);
    }

    async fn audit(&self) -> Vec<AuditRecord> {
        let alarms = self.app.historian.alarms();
        alarms.audit(None, 100).await.unwrap()
    }

    async fn actions(&self) -> Vec<String> {
        let records = self.audit().await.into_iter().rev();
        records.map(|record| record.entry.action).collect()
    }

    /// The condition that begins so, or its end.
    async fn condition(&self, part: &str, is_raised: bool) {
        let what = format!("{part:?} to be {is_raised}");
        until(&what, || {
            let texts = self.app.view().counters().system;
            texts.iter().any(|text| text.contains(part)) == is_raised
        })
        .await;
    }

    async fn running(&self) -> Vec<String> {
        let links = self.app.links.lock().await;
        let ids = links.running.iter().map(|link| link.id.to_string());
        ids.collect()
    }

    fn connection(&self, id: &str) -> Connection {
        let plant = &self.app.compiled().plant;
        plant.connection(id).unwrap().clone()
    }

    /// How many signals are shown.
    fn signals(&self) -> usize {
        let assets = self.app.plant().assets;
        assets.iter().map(|asset| asset.signals.len()).sum()
    }

    async fn close(self) -> TempDir {
        self.app.stop().await;
        self.dir
    }
}

/// A statement by another program.
fn sql(file: &Path, statement: &str) {
    let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=20); c.execute(sys.argv[2]); c.commit()";
    let python = Command::new("python3")
        .args(["-c", script])
        .args([file.as_os_str(), statement.as_ref()])
        .status();
    assert!(python.unwrap().success());
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(SOON, waiting).await;
    assert!(waited.is_ok(), "waited for {what}");
}

fn many() -> String {
    let mut text = String::from("\n[[type]]\nid = \"large\"\n");
    for n in 0..MANY {
        write!(text, "[[type.signal]]\nid = \"signal-{n}\"\n").unwrap();
    }
    text + "[[asset]]\nid = \"many\"\narea = \"a\"\ntype = \"large\"\nconnection = \"c\"\nsource = \"plant/many#{signal}\"\n"
}

fn put_model(dir: &Path, signals: usize) {
    let telemetry = |n| {
        format!(
            "{{\"@type\": \"Telemetry\", \"name\": \"signal_that_has_a_long_name_{n}\", \"schema\": \"double\"}}"
        )
    };
    let contents: Vec<String> = (0..signals).map(telemetry).collect();
    let text = format!(
        "{{\"@context\": \"dtmi:dtdl:context;3\", \"@id\": \"dtmi:a:B;1\", \"@type\": \"Interface\", \"contents\": [{}]}}",
        contents.join(",")
    );
    fs::create_dir_all(dir.join("models")).unwrap();
    fs::write(dir.join("models/b.json"), text).unwrap();
}

fn heard(count: usize) -> Vec<Address> {
    let address = |n| {
        (
            ConnectionId::from("c"),
            format!("plant/tank-that-has-a-long-name-{n}#level").into(),
        )
    };
    (0..count).map(address).collect()
}

#[tokio::test]
async fn a_connection_is_made_though_the_audit_trail_cannot_be_written() {
    let house = House::open(PLANT).await;
    assert_eq!(house.actions().await, ["announce-host"]);
    house.break_audit(true);
    house.edit("port = 9", "port = 10");
    house.look().await;
    assert_eq!(house.running().await, ["c"]);
    assert_eq!(house.connection("c").port, 10);
    house
        .condition("The audit trail cannot be written", true)
        .await;
    let before = house.app.unwritten.lock().await.len();
    assert_eq!(before, 2, "the greeting and the edit wait");
    house.break_audit(false);
    house.look().await;
    let actions = ["announce-host", "announce-host", "plant-file"];
    assert_eq!(house.actions().await, actions);
    house.condition("The audit trail", false).await;
    house.close().await;
}

#[tokio::test]
async fn what_is_saved_is_not_called_failed_because_of_the_audit_trail() {
    let house = House::open(PLANT).await;
    house.break_audit(true);
    let opened = form_of(&house.connection("c"));
    let mut form = opened.clone();
    form.port = 11;
    form.password = Some("secret".into());
    let saved = house.app.save_connection(&form, Some(&opened), "ada").await;
    assert!(matches!(saved, Ok(SavedView::Saved { .. })), "{saved:?}");
    assert!(house.text().contains("port = 11"));
    assert_eq!(house.connection("c").port, 11);
    house
        .condition("The audit trail cannot be written", true)
        .await;
    house.app.remove_connection("c", "ada").await.unwrap();
    assert_eq!(house.running().await, Vec::<String>::new());
    house.break_audit(false);
    house.look().await;
    let records = house.audit().await;
    let by_ada: Vec<_> = records.iter().filter(|of| of.entry.user == "ada").collect();
    let actions: Vec<_> = by_ada.iter().map(|of| of.entry.action.as_str()).collect();
    assert_eq!(actions, ["remove-connection", "save-connection"]);
    assert!(by_ada[1].entry.at < by_ada[0].entry.at, "when it was done");
    house.close().await;
}

#[tokio::test]
async fn what_was_left_half_done_is_completed() {
    let house = House::open(PLANT).await;
    let plant = house.app.compiled();
    let mut ghost = house.connection("c");
    ghost.id = "ghost".into();
    house.app.connect(&ghost).await.unwrap();
    house.app.make_anew(&"c".into()).await;
    house.app.make_anew(&ghost.id).await;
    assert_eq!(house.running().await, ["c", "ghost"]);
    house.app.reconnect(&plant.plant).await.unwrap();
    assert_eq!(house.running().await, ["c"]);
    until("one connection", || {
        let rows = house.app.connections();
        rows.len() == 1 && rows[0].form.id == "c"
    })
    .await;
    let index = house
        .app
        .next_link
        .load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(index, 3, "it was made anew");
    house.app.reconnect(&plant.plant).await.unwrap();
    let index = house
        .app
        .next_link
        .load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(index, 3, "nothing is left to do");
    house.close().await;
}

#[tokio::test]
async fn a_save_that_cannot_run_yet_says_so_and_runs_later() {
    let house = House::open(PLANT).await;
    house.add_many();
    house.fill_disk(true).await;
    let opened = form_of(&house.connection("c"));
    let mut form = opened.clone();
    form.password = Some("another".into());
    let saved = house.app.save_connection(&form, Some(&opened), "ada").await;
    let error = saved.unwrap_err();
    assert!(matches!(error, Error::NotYet { .. }), "{error}");
    assert!(error.to_string().contains("is written"), "{error}");
    house.look().await;
    house.condition("could not be taken up yet", true).await;
    house.fill_disk(false).await;
    house.look().await;
    house.condition("could not be taken up yet", false).await;
    assert_eq!(house.app.plant().assets.len(), 1);
    let actions = [
        "announce-host",
        "plant-file",
        "save-connection",
        "announce-host",
    ];
    assert_eq!(house.actions().await, actions, "made anew for its password");
    house.close().await;
}

#[tokio::test]
async fn a_model_file_that_could_not_be_taken_up_is_not_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    put_model(dir.path(), 1);
    let of = "\n[[type]]\nid = \"b\"\nmodel_file = \"models/b.json\"\n[[asset]]\nid = \"b\"\narea = \"a\"\ntype = \"b\"\n\
              connection = \"c\"\nsource = \"plant/b#{signal}\"\n";
    fs::write(dir.path().join("plant.toml"), format!("{PLANT}{of}")).unwrap();
    let house = House::open_in(dir).await;
    assert_eq!(house.signals(), 1);
    put_model(house.dir.path(), MANY);
    house.fill_disk(true).await;
    house.look().await;
    assert_eq!(house.signals(), 1);
    house.condition("could not be taken up yet", true).await;
    house.fill_disk(false).await;
    house.look().await;
    until("its signals", || house.signals() == MANY).await;
    house.condition("could not be taken up yet", false).await;
    house.close().await;
}

#[tokio::test]
async fn assets_of_rules_that_could_not_be_made_are_made_later() {
    let house = House::open(&format!("{PLANT}\n{RULE}")).await;
    house.fill_disk(true).await;
    house.app.take_ruled(heard(MANY)).await.unwrap_err();
    assert!(house.app.plant().assets.is_empty());
    house.fill_disk(false).await;
    house.app.take_ruled(Vec::new()).await.unwrap();
    until("the assets", || house.app.plant().assets.len() == MANY).await;
    house.close().await;
}

#[tokio::test]
async fn addresses_that_no_rule_fits_any_more_go_at_a_start() {
    let house = House::open(&format!("{PLANT}\n{RULE}")).await;
    house.app.take_ruled(heard(3)).await.unwrap();
    house.edit(
        "[[area]]",
        "[discovery]\nignore = [\"plant/tank-that-has-a-long-name-1\"]\n\n[[area]]",
    );
    let dir = house.close().await;
    let house = House::open_in(dir).await;
    assert_eq!(house.app.plant().assets.len(), 2);
    let file = fs::read_to_string(house.dir.path().join(FILE)).unwrap();
    let line = |n| format!("[\"c\",\"plant/tank-that-has-a-long-name-{n}#level\"]\n");
    let lines = line(0) + &line(2);
    assert_eq!(file, lines);
    house.close().await;
}

#[tokio::test]
async fn an_edit_by_hand_is_noted_though_another_is_made_on_top_of_it() {
    let house = House::open(PLANT).await;
    house.edit("name = \"P\"", "name = \"Q\"");
    let opened = form_of(&house.connection("c"));
    let mut form = opened.clone();
    form.port = 11;
    let saved = house.app.save_connection(&form, Some(&opened), "ada").await;
    assert!(matches!(saved, Ok(SavedView::Saved { .. })), "{saved:?}");
    house.look().await;
    let actions = [
        "announce-host",
        "plant-file",
        "save-connection",
        "announce-host",
    ];
    assert_eq!(house.actions().await, actions);
    assert_eq!(house.audit().await[2].entry.detail, "edited by hand");
    house.app.remove_connection("c", "ada").await.unwrap();
    house.look().await;
    let noted = house.actions().await;
    assert_eq!(noted[4..], ["remove-connection"], "nothing by hand since");
    house.close().await;
}
