//! The program as a person or a launcher uses it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test fails the test"
)]

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_demo-plant");

/// A plant that does not outlive its test.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn scratch(name: &str) -> PathBuf {
    let folder =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn program(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn runs_takes_a_fault_and_ends_cleanly() {
    let state = scratch("run").join("state.json");
    let path = state.to_str().unwrap();
    let child = Command::new(PROGRAM)
        .args([
            "run",
            "--no-schedule",
            "--fault",
            "exchanger:fouling@1",
            "--state-file",
            path,
        ])
        .stdout(Stdio::piped())
        .spawn();
    let mut child = Guard(child.unwrap());
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let found: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&state).unwrap()).unwrap();
    assert_eq!(
        line.trim(),
        format!("demo plant ready on mqtt://127.0.0.1:{}", found["port"])
    );
    assert_eq!(found["pid"], child.0.id());
    assert!(found["port_v4"].as_u64().unwrap() > 0 && found["port_v4"] != found["port"]);

    std::thread::sleep(std::time::Duration::from_millis(1500));
    let asked = program(&["fault", "pump-2:bearing", "--state-file", path]);
    assert!(asked.status.success(), "{}", text(&asked.stderr));
    let answer = text(&asked.stdout);
    assert_eq!(
        answer.trim(),
        "pump-2:bearing begins; faults standing: exchanger:fouling, pump-2:bearing"
    );
    let wrong = program(&["fault", "pump-2:rust", "--state-file", path]);
    assert!(!wrong.status.success());
    assert!(
        text(&wrong.stderr).contains("high-tank:leak"),
        "it lists what there is: {}",
        text(&wrong.stderr)
    );

    let id = child.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert!(child.0.wait().unwrap().success(), "a clean end");
    assert!(!state.exists(), "the state file goes with the plant");
}

#[test]
fn brings_its_workspace_keeps_its_port_and_ends_with_the_one_that_started_it() {
    let folder = scratch("workspace");
    let (workspace, state) = (folder.join("workspace"), folder.join("state.json"));
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/demo-plant");
    let run = || {
        let child = Command::new(PROGRAM)
            .args(["run", "--until-closed", "--shipped", shipped, "--workspace"])
            .arg(&workspace)
            .arg("--state-file")
            .arg(&state)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = Guard(child.unwrap());
        let lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
        let said: Vec<String> = lines
            .map(Result::unwrap)
            .take_while(|line| !line.starts_with("demo plant ready"))
            .collect();
        let found: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&state).unwrap()).unwrap();
        // Nobody holds the other end any more, as after a kill of the program that started it.
        drop(child.0.stdin.take());
        assert!(child.0.wait().unwrap().success(), "a clean end");
        (said.join("\n"), found["port"].as_u64().unwrap())
    };
    let (said, port) = run();
    assert!(said.contains("plant.toml, copied"), "{said}");
    assert!(said.contains(".svg copied"), "{said}");
    let text = std::fs::read_to_string(workspace.join("plant.toml")).unwrap();
    assert!(text.contains(&format!("port = {port}")), "{port}");
    let (said, again) = run();
    assert!(said.contains("plant.toml, as shipped"), "{said}");
    assert_eq!(again, port);
    let taken = std::net::TcpListener::bind(("127.0.0.1", u16::try_from(port).unwrap())).unwrap();
    let (_, other) = run();
    assert_ne!(other, port);
    drop(taken);
    let text = std::fs::read_to_string(workspace.join("plant.toml")).unwrap();
    assert!(text.contains(&format!("port = {other}")), "{other}");
}

#[test]
fn says_what_is_wrong_with_what_it_was_told() {
    let folder = scratch("wrong");
    let nothing = folder.join("nothing.json");
    let gone = program(&["fault", "clear", "--state-file", nothing.to_str().unwrap()]);
    assert!(!gone.status.success() && text(&gone.stderr).contains("nothing.json"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = program(&["run", "--port", &port]);
    assert!(!refused.status.success());
    assert!(
        text(&refused.stderr).contains("--port"),
        "{}",
        text(&refused.stderr)
    );
}

#[test]
fn simulates_to_a_file() {
    let out = scratch("simulate").join("pump.csv");
    let path = out.to_str().unwrap();
    let done = program(&[
        "simulate", "--seed", "3", "--hours", "0.5", "--every", "1s", "--asset", "pump-1", "--out",
        path,
    ]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let csv = std::fs::read_to_string(&out).unwrap();
    assert_eq!(csv.lines().count(), 1801);
    for input in [
        "speed",
        "flow",
        "suction_pressure",
        "discharge_pressure",
        "power",
        "vibration_de",
        "bearing_temperature",
    ] {
        assert!(
            csv.lines()
                .next()
                .unwrap()
                .split(',')
                .any(|column| column == input),
            "{input}"
        );
    }
}

/// A quarter of an hour of pump 2 with these faults: its rows, or what the program complains about.
fn simulated(name: &str, faults: &[&str]) -> Result<Vec<String>, String> {
    let out = scratch(name).join("pump.csv");
    let mut arguments = vec![
        "simulate",
        "--hours",
        "0.25",
        "--every",
        "1s",
        "--asset",
        "pump-2",
        "--out",
        out.to_str().unwrap(),
    ];
    for fault in faults {
        arguments.extend(["--fault", fault]);
    }
    let done = program(&arguments);
    if !done.status.success() {
        return Err(text(&done.stderr));
    }
    let csv = std::fs::read_to_string(&out).unwrap();
    Ok(csv.lines().map(str::to_owned).collect())
}

#[test]
fn simulates_faults_from_their_time_on() {
    let column = |rows: &[String], name: &str, second: usize| -> f64 {
        let at = rows[0].split(',').position(|column| column == name);
        let cell = rows[1 + second].split(',').nth(at.unwrap());
        cell.unwrap().parse().unwrap()
    };
    let quiet = simulated("quiet", &[]).unwrap();
    let faulty = simulated("faulty", &["pump-2:bearing@300", "pump-2:cavitation@600"]).unwrap();
    assert_eq!(quiet[..=300], faulty[..=300], "no fault before its time");
    assert!(column(&quiet, "vibration_de", 420) < 2.8);
    assert!(column(&faulty, "vibration_de", 420) > 4.5);
    assert!(column(&faulty, "suction_pressure", 590) > 0.7);
    assert!(column(&faulty, "suction_pressure", 700) < 0.45);

    let wrong = simulated("wrong-fault", &["pump-2:rust@5"]).unwrap_err();
    assert!(
        wrong.contains("pump-2:rust") && wrong.contains("pump-2:bearing"),
        "{wrong}"
    );
    let never = simulated("never", &["pump-2:bearing@soon"]).unwrap_err();
    assert!(never.contains("pump-2:bearing@soon"), "{never}");
}
