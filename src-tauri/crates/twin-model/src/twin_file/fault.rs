//! A fault in a twin file, and the list that collects them.

use std::{cell::RefCell, fmt, sync::Arc};

use twin_core::{Said, Sentence, said};

use super::{json::View, rule::Rule};

/// One file to read: what to call it in faults, and what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Name for people, such as the path.
    pub name: &'a str,
    /// Content as it came; need not be UTF-8.
    pub bytes: &'a [u8],
}

/// One thing that is wrong with a twin file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Name of the file.
    pub file: Arc<str>,
    /// JSON Pointer (RFC 6901) to the value, shortened in the middle when very long; empty for the whole file.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// The rule that is broken.
    pub rule: Rule,
    /// What is wrong and what to do.
    pub text: String,
}

/// Something that a twin file describes and no signal can be made of. It is no fault of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Names from the outermost element to it, joined by dots.
    pub path: String,
    /// Why.
    pub text: Said,
}

/// Notes what is left out; of very many only that there are more.
pub(crate) fn leave_out(list: &mut Vec<LeftOut>, path: String, text: Said) {
    const LIST_MAX: usize = 1_000;
    match list.len() {
        0..LIST_MAX => list.push(LeftOut { path, text }),
        LIST_MAX => list.push(LeftOut {
            path: String::new(),
            text: said!(
                "leftout-more",
                "More than {most} are left out; these are the first.",
                most = LIST_MAX
            ),
        }),
        _ => {}
    }
}

/// Everything that is wrong with the files that were read, in the order of files and lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", told(list, *more))]
pub struct Faults {
    /// The first faults found, at most [`Limits::faults`](super::Limits).
    pub list: Vec<Fault>,
    /// How many more there are.
    pub more: u64,
}

impl Fault {
    /// What is wrong: the catalogue knows the rule, the text says more.
    pub fn said(&self) -> Said {
        Said {
            sentences: vec![Sentence {
                id: format!("rule-{}", self.rule.name()).into(),
                values: Vec::new(),
                text: self.text.clone(),
            }],
        }
    }
}

impl Fault {
    /// The same with its place, as it stands in a line.
    pub fn said_where(&self) -> Said {
        let (file, line) = (self.file.to_string(), self.line.to_string());
        let (rule, fault) = (self.rule.name(), self.said());
        if self.path.is_empty() {
            return said!(
                "plantfile-model-fault",
                "{file} line {line} ({rule}): {fault}",
                file = file,
                line = line,
                rule = rule,
                fault = fault
            );
        }
        said!(
            "plantfile-model-fault-at",
            "{file} line {line}, {path} ({rule}): {fault}",
            file = file,
            line = line,
            path = self.path.as_str(),
            rule = rule,
            fault = fault
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault {
            file,
            path,
            line,
            rule,
            text,
        } = self;
        let comma = if path.is_empty() { "" } else { ", " };
        write!(
            f,
            "{file} line {line}{comma}{path} ({}): {text}",
            rule.name()
        )
    }
}

fn told(list: &[Fault], more: u64) -> String {
    let mut lines: Vec<String> = list.iter().map(Fault::to_string).collect();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}

/// Collects faults up to a bound; counts the rest.
pub(crate) struct Collector {
    limit: usize,
    found: RefCell<Found>,
}

#[derive(Default)]
struct Found {
    /// With the number of the file, for the order.
    list: Vec<(u32, Fault)>,
    more: u64,
}

impl Collector {
    pub(crate) fn new(limit: usize) -> Self {
        Collector {
            limit,
            found: RefCell::default(),
        }
    }

    /// Notes a fault of a value.
    pub(crate) fn add(&self, at: View<'_>, rule: Rule, text: impl Into<String>) {
        self.push(at.json.number, || Fault {
            file: at.json.file.clone(),
            path: at.path(),
            line: at.line(),
            rule,
            text: text.into(),
        });
    }

    /// Notes a fault of a file that could not be read as values. `number` gives the file's place in the order.
    pub(crate) fn push(&self, number: u32, fault: impl FnOnce() -> Fault) {
        let mut found = self.found.borrow_mut();
        if found.list.len() < self.limit {
            found.list.push((number, fault()));
        } else {
            found.more += 1;
        }
    }

    /// How many were found so far.
    pub(crate) fn count(&self) -> u64 {
        let found = self.found.borrow();
        found.list.len() as u64 + found.more
    }

    /// All of them in order; `Ok` when there is none.
    pub(crate) fn finish(self) -> Result<(), Faults> {
        let Found { mut list, more } = self.found.into_inner();
        if list.is_empty() && more == 0 {
            return Ok(());
        }
        list.sort_by(|(file, a), (other, b)| (file, a.line).cmp(&(other, b.line)));
        list.dedup();
        let list = list.into_iter().map(|(_, fault)| fault).collect();
        Err(Faults { list, more })
    }
}
