//! Digital Twins Definition Language, versions 2, 3 and 4.
//!
//! [`read`] takes all files of a model at once, since an Interface may refer to others in other files, and gives either
//! the whole model or every fault with its file, path, line, rule and a sentence. Source of the rules: the DTDL
//! specifications, versions 2 to 4, and the pages of the language's extensions (Azure/opendigitaltwins-dtdl).

mod build;
mod check;
mod context;
mod dtmi;
mod element;
mod extension;
mod graph;
mod inherit;
mod lang;
mod literal;
mod model;
mod property;
mod quantity;
mod read;
mod schemas;
mod to_type;
mod types;

use crate::twin_file::{Collector, parse};

pub use crate::twin_file::{Fault, Faults, LeftOut, Limits, Rule, Source};
pub use context::UnknownExtensions;
pub use lang::Version;
pub use model::{
    About, Content, ContentKind, EnumLiteral, EnumValue, Field, Interface, Model, Schema, SchemaId,
    Texts,
};
pub use schemas::Primitive;
pub use to_type::{Origin, RelationshipEnd, TypeProposal};

/// How models are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What is done with extensions that nobody here knows.
    pub unknown_extensions: UnknownExtensions,
    /// Bounds.
    pub limits: Limits,
}

/// Reads a model from all its files.
///
/// # Errors
/// [`Faults`] when one file breaks a rule, or refers to something that is in none of them.
pub fn read(files: &[Source<'_>], options: &Options) -> Result<Model, Faults> {
    let limits = &options.limits;
    let faults = Collector::new(limits.faults);
    let mut documents = Vec::with_capacity(files.len());
    let mut left = *limits;
    for (number, file) in (0u32..).zip(files) {
        let json = parse(*file, number, &left, left.values, &faults);
        if file.bytes.len() > left.bytes {
            // One fault says it for this file and all that follow.
            break;
        }
        left.bytes -= file.bytes.len();
        if let Some(json) = json {
            left.values = left.values.saturating_sub(json.values());
            documents.push(json);
        }
    }
    let mut reader = read::Reader::new(options.unknown_extensions, &faults);
    for json in &documents {
        reader.document(json.root());
    }
    let elements = reader.into_elements();
    let graph = graph::Graph::new(&elements, limits.steps, &faults);
    let inherited = inherit::Inherited::new(&graph);
    check::check(&graph, &inherited, &faults);
    if graph.is_spent()
        && let Some(json) = documents.first()
    {
        faults.add(
            json.root(),
            Rule::TooMuch,
            "Too many Interfaces inherit too much from one another to be checked. Read fewer files at once.",
        );
    }
    faults.finish()?;
    Ok(build::build(&graph, &inherited))
}
