//! Learns an anomaly model from CSV files of normal running and writes `ID.onnx`, `ID.json` and `ID.md`.

use std::{collections::HashMap, path::Path, process::ExitCode};

use twin_insight::{Error, Recipe, Table, card::AlarmRule, learn, onnx, table::Running};

const USAGE: &str = "\
Learns an anomaly model from CSV files of normal running.

learn --id ID --data FILE... --holdout FILE... --input NAME... --out-dir DIR
      [--symptom NAME]...        explained by other inputs, explains none
      [--running SIGNAL>NUMBER]  rows that do not meet it are left out
      [--settle SECONDS]         so are the rows for this long after a start (0)
      [--trained-on TEXT] [--seed N]
      [--rate R]                 share of normal rows that may score above 0.5 (0.0001)
      [--interval SECONDS]       from row to row (1)
      [--alarm LIMIT,DEADBAND,ON_DELAY_SECONDS]
                                 the alarm under which false alarms are counted (0.5,0.1,10)

--data, --holdout, --input and --symptom may be given more than once.
";

/// What ends the program early.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}\n\n{USAGE}")]
    Usage(String),
    #[error("cannot {what} `{file}`: {source}")]
    File {
        what: &'static str,
        file: String,
        source: std::io::Error,
    },
    #[error(transparent)]
    Insight(#[from] Error),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|a| a == "--help" || a == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(&arguments) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("learn: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<String, Fault> {
    let options = Options::parse(arguments)?;
    let inputs = options.all("--input")?;
    let interval_s: f64 = options.number("--interval", 1.0)?;
    let settle_s: f64 = options.number("--settle", 0.0)?;
    let mut running = options
        .optional("--running")
        .map(Running::parse)
        .transpose()?;
    if let Some(running) = &mut running {
        // A negative or absurd number saturates.
        running.settle_rows = (settle_s / interval_s).ceil() as usize;
    }
    let read = |files: &[String]| -> Result<Vec<Table>, Fault> {
        files
            .iter()
            .map(|file| read_table(file, &inputs, running.as_ref()))
            .collect()
    };
    let (data, holdout) = (
        read(&options.all("--data")?)?,
        read(&options.all("--holdout")?)?,
    );

    let id = options.one("--id")?;
    let mut recipe = Recipe::new(&id, &inputs);
    recipe.symptoms = options.values.get("--symptom").cloned().unwrap_or_default();
    recipe.seed = options.number("--seed", recipe.seed)?;
    recipe.false_alarm_rate = options.number("--rate", recipe.false_alarm_rate)?;
    (recipe.interval_s, recipe.settle_s) = (interval_s, settle_s);
    if let Some(text) = options.optional("--alarm") {
        recipe.alarm = parse_alarm(text)?;
    }
    recipe.trained_on = match options.optional("--trained-on") {
        Some(text) => text.to_owned(),
        None => data.iter().map(Table::name).collect::<Vec<_>>().join(", "),
    };

    let learned = learn(&recipe, &data, &holdout)?;
    let out = options.one("--out-dir")?;
    let out = Path::new(&out);
    std::fs::create_dir_all(out).map_err(|source| fault("create", out, source))?;
    let markdown = learned.card.to_markdown();
    write_file(
        &out.join(format!("{id}.onnx")),
        &onnx::write(&learned.model, &learned.card),
    )?;
    write_file(
        &out.join(format!("{id}.json")),
        learned.card.to_json()?.as_bytes(),
    )?;
    write_file(&out.join(format!("{id}.md")), markdown.as_bytes())?;
    Ok(markdown)
}

fn parse_alarm(text: &str) -> Result<AlarmRule, Fault> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|n| n.trim().parse()).collect();
    match numbers.as_deref() {
        Ok(&[limit, deadband, on_delay_s]) => Ok(AlarmRule {
            limit,
            deadband,
            on_delay_s,
        }),
        _ => Err(Fault::Usage(format!(
            "--alarm `{text}` is not three numbers"
        ))),
    }
}

fn read_table(file: &str, inputs: &[String], running: Option<&Running>) -> Result<Table, Fault> {
    let path = Path::new(file);
    let text = std::fs::read_to_string(path).map_err(|source| fault("read", path, source))?;
    let name = path.file_stem().map_or_else(
        || file.to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    );
    Ok(Table::parse_csv(&name, &text, inputs, running)?)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    std::fs::write(path, bytes).map_err(|source| fault("write", path, source))
}

fn fault(what: &'static str, path: &Path, source: std::io::Error) -> Fault {
    Fault::File {
        what,
        file: path.display().to_string(),
        source,
    }
}

struct Options {
    values: HashMap<String, Vec<String>>,
}

impl Options {
    const KNOWN: [&str; 13] = [
        "--out-dir",
        "--id",
        "--data",
        "--holdout",
        "--input",
        "--symptom",
        "--running",
        "--trained-on",
        "--seed",
        "--rate",
        "--interval",
        "--settle",
        "--alarm",
    ];

    fn parse(arguments: &[String]) -> Result<Self, Fault> {
        let mut values: HashMap<String, Vec<String>> = HashMap::new();
        for pair in arguments.chunks(2) {
            match pair {
                [name, value] if Self::KNOWN.contains(&name.as_str()) => {
                    values.entry(name.clone()).or_default().push(value.clone());
                }
                [name, ..] => {
                    return Err(Fault::Usage(format!(
                        "`{name}` is not an option, or lacks its value"
                    )));
                }
                [] => {}
            }
        }
        Ok(Options { values })
    }

    fn all(&self, name: &str) -> Result<Vec<String>, Fault> {
        self.values
            .get(name)
            .cloned()
            .ok_or_else(|| Fault::Usage(format!("{name} is missing")))
    }

    fn one(&self, name: &str) -> Result<String, Fault> {
        match self.all(name)?.as_slice() {
            [only] => Ok(only.clone()),
            _ => Err(Fault::Usage(format!("{name} may be given once"))),
        }
    }

    fn optional(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .and_then(|values| values.last())
            .map(String::as_str)
    }

    fn number<T: std::str::FromStr>(&self, name: &str, otherwise: T) -> Result<T, Fault> {
        match self.optional(name) {
            Some(text) => text
                .parse()
                .map_err(|_| Fault::Usage(format!("{name} `{text}` is not a number"))),
            None => Ok(otherwise),
        }
    }
}
