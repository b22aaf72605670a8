//! What can go wrong, in words for the person who has to act on it.

use twin_core::{Said, said};

/// Why learning, reading or scoring failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// A table of training rows could not be read.
    #[error("line {line} of table `{table}`: {detail}")]
    Csv {
        /// Name of the table.
        table: String,
        /// Line, the header being 1.
        line: usize,
        /// What is wrong.
        detail: String,
    },
    /// The table lacks a column that was asked for.
    #[error("table `{table}` has no column `{column}`; it has: {present}")]
    NoColumn {
        /// Name of the table.
        table: String,
        /// The column looked for.
        column: String,
        /// The columns there are.
        present: String,
    },
    /// The condition for running could not be read.
    #[error("running condition `{text}` is not of the form `signal>number`")]
    Condition {
        /// As given.
        text: String,
    },
    /// The recipe cannot work.
    #[error("{0}")]
    Recipe(String),
    /// Not enough rows.
    #[error(
        "{rows} usable rows for {purpose}, at least {needed} needed: give longer data or check the running condition"
    )]
    TooFewRows {
        /// What they were wanted for.
        purpose: &'static str,
        /// How many there were.
        rows: usize,
        /// How many are needed.
        needed: usize,
    },
    /// An input that never changes teaches nothing.
    #[error(
        "input `{input}` never changes in the training data: leave it out, or train on data in which it moves"
    )]
    Constant {
        /// Its name.
        input: String,
    },
    /// A matrix was not positive definite.
    #[error(
        "the normal equations are singular: raise the ridge or leave out inputs that copy one another"
    )]
    Singular,
    /// The model file is not one that may be run.
    #[error("model refused: {0}")]
    Model(String),
    /// The model and its card disagree.
    #[error(
        "the model and its card disagree on {what}: model {model}, card {card}; install the two files of one training run"
    )]
    CardMismatch {
        /// On what.
        what: &'static str,
        /// In the model.
        model: String,
        /// On the card.
        card: String,
    },
    /// A row of the wrong length.
    #[error("model `{model}` takes {needed} inputs, {given} given")]
    InputCount {
        /// Id of the model.
        model: String,
        /// What it takes.
        needed: usize,
        /// What it was given.
        given: usize,
    },
    /// An input is NaN, infinite, or too large for single precision: the model abstains.
    #[error("input `{input}` is not a finite number: the model abstains")]
    NotFinite {
        /// Name of the input.
        input: String,
    },
    /// The runtime failed.
    #[error("running model `{model}` failed: {detail}")]
    Run {
        /// Id of the model.
        model: String,
        /// In the runtime's words.
        detail: String,
    },
    /// The model produced something that is no score.
    #[error("model `{model}` produced {detail}; do not use it")]
    Output {
        /// Id of the model.
        model: String,
        /// What it produced.
        detail: String,
    },
}

impl Error {
    /// What a person reads of a model that cannot be run: its text, with the id of the catalogue. Learning speaks in a
    /// terminal only, and so in English.
    pub fn said(&self) -> Said {
        match self {
            Error::Model(why) => said!("model-refused", "model refused: {why}", why = why.as_str()),
            Error::Run { model, detail } => said!(
                "model-run",
                "running model `{model}` failed: {detail}",
                model = model.as_str(),
                detail = detail.as_str()
            ),
            Error::InputCount {
                model,
                needed,
                given,
            } => said!(
                "model-input-count",
                "model `{model}` takes {needed} inputs, {given} given",
                model = model.as_str(),
                needed = *needed,
                given = *given
            ),
            Error::NotFinite { input } => said!(
                "model-not-finite",
                "input `{input}` is not a finite number: the model abstains",
                input = input.as_str()
            ),
            Error::Output { model, detail } => said!(
                "model-output",
                "model `{model}` produced {detail}; do not use it",
                model = model.as_str(),
                detail = detail.as_str()
            ),
            other => other.to_string().into(),
        }
    }
}
