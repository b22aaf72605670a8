//! What is wrong with the plant file and its model files, as people see it.

use twin_core::{Said, said};
use twin_model::{Error, Fault, Faults, Problem};

use crate::api::plant::PlantFaultView;

/// Every fault that an error holds.
pub(super) fn fault_views(error: &Error) -> Vec<PlantFaultView> {
    match error {
        Error::Invalid(problems) => problems.iter().map(of_problem).collect(),
        Error::Models(faults) => model_faults(faults),
        Error::Syntax { line, message, .. } => {
            vec![plain(
                *line,
                said!(
                    "plantfile-syntax",
                    "this is not TOML: {message}",
                    message = &**message
                ),
            )]
        }
        other => vec![plain(1, other.said())],
    }
}

/// Every fault of model files; of very many, how many more there are.
pub(super) fn model_faults(faults: &Faults) -> Vec<PlantFaultView> {
    let mut views: Vec<PlantFaultView> = faults.list.iter().map(of_fault).collect();
    if let (Some(last), true) = (views.last(), faults.more > 0) {
        let more = PlantFaultView {
            key: String::new(),
            rule: None,
            message: said!(
                "plantfile-more-faults",
                "and {count} more fault; these are the first."
                    | "and {count} more faults; these are the first.",
                count = faults.more
            )
            .into(),
            ..last.clone()
        };
        views.push(more);
    }
    views
}

fn of_problem(problem: &Problem) -> PlantFaultView {
    PlantFaultView {
        key: problem.key.clone(),
        ..plain(problem.line, problem.message.clone())
    }
}

fn of_fault(fault: &Fault) -> PlantFaultView {
    PlantFaultView {
        file: Some(fault.file.to_string()),
        line: fault.line,
        key: fault.path.clone(),
        rule: Some(fault.rule.name().to_owned()),
        message: fault.text.as_str().into(),
    }
}

fn plain(line: usize, message: Said) -> PlantFaultView {
    PlantFaultView {
        file: None,
        line: u32::try_from(line).unwrap_or(u32::MAX),
        key: String::new(),
        rule: None,
        message: message.into(),
    }
}
