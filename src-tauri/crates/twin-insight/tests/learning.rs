//! Learning on a synthetic pump: what it explains, what it notices, and that it always learns the same.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::process::Command;

use rand::RngExt;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use twin_insight::{Learned, ModelCard, Recipe, Table, learn, onnx};

const INPUTS: [&str; 6] = [
    "speed",
    "flow",
    "discharge_pressure",
    "power",
    "vibration_de",
    "bearing_temperature",
];

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// A pump by its affinity laws: head = a n² - b Q², power = ρgQH/η, vibration with the speed, bearing with the power.
struct Pump {
    rng: ChaCha8Rng,
    second: u32,
}

impl Pump {
    fn new(seed: u64) -> Self {
        Pump {
            rng: ChaCha8Rng::seed_from_u64(seed),
            second: 0,
        }
    }

    fn noise(&mut self, sigma: f64) -> f64 {
        let sum: f64 = (0..12).map(|_| self.rng.random_range(-0.5..0.5)).sum();
        sum * sigma
    }

    fn row(&mut self) -> [f64; 6] {
        self.second += 1;
        let t = f64::from(self.second);
        let n = 1.0 + 0.2 * (t / 700.0).sin(); // speed over rated speed
        let q = n * (1.0 + 0.15 * (t / 431.0).cos()); // flow over rated flow
        let head = 1.25 * n * n - 0.25 * q * q;
        let power = q * head / (1.0 - 0.3 * (q / n - 1.0).powi(2));
        [
            1480.0 * n + self.noise(2.0),
            400.0 * q + self.noise(2.0),
            5.0 * head + self.noise(0.02),
            75.0 * power + self.noise(0.5),
            2.0 * n + self.noise(0.15),
            50.0 + 12.0 * power + self.noise(0.4),
        ]
    }

    fn table(&mut self, name: &str, rows: usize) -> Table {
        let mut table = Table::new(name, INPUTS.len());
        (0..rows).for_each(|_| table.push(&self.row()));
        table
    }
}

fn recipe() -> Recipe {
    let mut recipe = Recipe::new("pump", &names(&INPUTS));
    recipe.symptoms = names(&["vibration_de", "bearing_temperature"]);
    recipe.false_alarm_rate = 1e-3;
    recipe
}

fn learned() -> Learned {
    learn(
        &recipe(),
        &[Pump::new(1).table("one", 20_000)],
        &[Pump::new(2).table("two", 20_000)],
    )
    .unwrap()
}

#[test]
fn the_affinity_laws_are_found_and_the_rate_holds() {
    let Learned { model, card } = learned();
    let input = |name: &str| card.inputs.iter().find(|input| input.name == name).unwrap();
    assert!(input("power").explained > 0.99, "{:?}", input("power"));
    assert!(input("discharge_pressure").explained > 0.99);
    // Sigma is the noise that was put in, not the spread over the day.
    assert!(
        (input("vibration_de").sigma / 0.15 - 1.0).abs() < 0.05,
        "{:?}",
        input("vibration_de")
    );
    let excused = card
        .inputs
        .iter()
        .flat_map(|i| &i.terms)
        .any(|term| term.contains("vibration"));
    assert!(!excused, "a symptom explains nothing");
    assert!(
        card.false_alarm_rate < 3e-3,
        "stated 1e-3, measured {}",
        card.false_alarm_rate
    );
    assert_eq!(card.false_alarms_per_day, 0.0);
    assert!(
        model.threshold > 1.0 && model.threshold < 10.0,
        "{}",
        model.threshold
    );
}

#[test]
fn a_worn_bearing_is_noticed_before_its_limit_and_named() {
    let Learned { model, .. } = learned();
    let mut pump = Pump::new(3);
    for _ in 0..500 {
        pump.row();
    }
    let mut at_first = None;
    for step in 0..300 {
        let mut row = pump.row();
        row[4] += f64::from(step) * 0.01;
        row[5] += f64::from(step) * 0.02;
        let scored = model.score(&row).unwrap();
        if scored.score > 0.6 && at_first.is_none() {
            at_first = Some(row[4]);
        }
        if step == 250 {
            assert!(
                scored.share[4] > 0.6,
                "the vibration is to blame: {:?}",
                scored.share
            );
            assert!(
                (scored.expected[4] - (row[4] - 2.5)).abs() < 0.6,
                "expected is what it would be without the fault"
            );
        }
    }
    assert!(
        at_first.unwrap() < 4.0,
        "noticed at {at_first:?} mm/s, the limit is 4.5"
    );
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let bytes = |learned: &Learned| onnx::write(&learned.model, &learned.card);
    let (first, second) = (learned(), learned());
    assert_eq!(bytes(&first), bytes(&second));
    let other = learn(
        &recipe(),
        &[Pump::new(4).table("one", 20_000)],
        &[Pump::new(2).table("two", 20_000)],
    )
    .unwrap();
    assert_ne!(bytes(&first), bytes(&other));
}

#[test]
fn what_cannot_be_learned_from_is_named() {
    let mut still = Table::new("still", INPUTS.len());
    let mut pump = Pump::new(1);
    for _ in 0..2_000 {
        let mut row = pump.row();
        row[1] = 400.0;
        still.push(&row);
    }
    let fault = learn(
        &recipe(),
        std::slice::from_ref(&still),
        std::slice::from_ref(&still),
    )
    .unwrap_err();
    assert!(
        fault.to_string().contains("input `flow` never changes"),
        "{fault}"
    );
    let short = Pump::new(1).table("short", 100);
    assert!(
        learn(
            &recipe(),
            std::slice::from_ref(&short),
            std::slice::from_ref(&short)
        )
        .unwrap_err()
        .to_string()
        .contains("usable rows")
    );
}

#[cfg(feature = "onnx")]
#[test]
fn the_written_model_scores_like_the_learned_one() {
    let Learned { model, card } = learned();
    let scorer =
        twin_insight::Scorer::load(&onnx::write(&model, &card), &onnx::Limits::default()).unwrap();
    scorer.check_card(&card).unwrap();
    let mut pump = Pump::new(5);
    for step in 0..500 {
        let mut row = pump.row();
        row[4] += f64::from(step) * 0.005;
        let (graph, formula) = (scorer.score(&row).unwrap(), model.score(&row).unwrap());
        assert!(
            (graph.score - formula.score).abs() < 1e-4,
            "row {step}: {graph:?} {formula:?}"
        );
        for i in 0..INPUTS.len() {
            assert!(
                (graph.expected[i] - formula.expected[i]).abs() < 1e-4 * model.scale[i].max(1.0)
            );
            assert!(
                (graph.share[i] - formula.share[i]).abs() < 1e-3,
                "{graph:?} {formula:?}"
            );
        }
    }
}

/// A CSV file of 3,000 s, 297 of them on standby; returns its path.
fn write_csv(path: &std::path::Path, seed: u64) -> String {
    let mut text = format!("time,{}\n", INPUTS.join(","));
    let mut pump = Pump::new(seed);
    for second in 0..3_000 {
        let mut row = pump.row();
        if second % 1000 > 900 {
            row[0] = 0.0;
        }
        let cells = row.map(|v| v.to_string()).join(",");
        text.push_str(&format!("{second},{cells}\n"));
    }
    std::fs::write(path, text).unwrap();
    path.display().to_string()
}

#[test]
fn the_program_writes_model_and_card() {
    let dir = tempfile::tempdir().unwrap();
    let data = write_csv(&dir.path().join("run-1.csv"), 1);
    let holdout = write_csv(&dir.path().join("run-2.csv"), 2);
    let out = dir.path().join("models").display().to_string();
    let fixed = "--id pump --running speed>100 --seed 9 --rate 0.001 --symptom vibration_de";
    let mut arguments = names(&["--data", &data, "--holdout", &holdout, "--out-dir", &out]);
    arguments.extend(fixed.split(' ').map(str::to_owned));
    arguments.extend(INPUTS.iter().flat_map(|input| names(&["--input", input])));
    let learn = || Command::new(env!("CARGO_BIN_EXE_learn"));
    let run = learn().args(&arguments).output().unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );

    let file =
        |ending: &str| std::fs::read(dir.path().join(format!("models/pump.{ending}"))).unwrap();
    let text = |ending: &str| String::from_utf8(file(ending)).unwrap();
    let card = ModelCard::from_json(&text("json")).unwrap();
    assert_eq!(
        (card.seed, card.data[0].rows, card.data[0].left_out),
        (9, 2703, 297)
    );
    assert!(text("md").contains("| vibration_de (symptom) |"));
    let limits = onnx::Limits::default();
    let metadata = onnx::check(&file("onnx"), &limits).unwrap().metadata;
    assert_eq!(metadata.inputs, INPUTS);
    assert_eq!(
        metadata.threshold, card.threshold,
        "numbers survive both files"
    );

    let wrong = learn().args(["--id"]).output().unwrap();
    assert!(!wrong.status.success());
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(
        said.contains("`--id` is not an option, or lacks its value"),
        "{said}"
    );
}
