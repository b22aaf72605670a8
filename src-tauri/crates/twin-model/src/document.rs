//! Edits a plant file in place, so that comments, order and spacing written by people stay.

mod array;
mod assets;
mod connection;
mod edit;
mod fields;
mod positions;
mod root;
mod sync;

use std::fmt;

use toml_edit::DocumentMut;
use twin_core::ConnectionId;

pub use edit::Edit;

use crate::{connection::Connection, error::Error, plant::Plant};

/// A valid plant file as text that can be edited. Every edit either leaves a valid plant file or changes nothing.
#[derive(Clone, Debug)]
pub struct PlantDocument {
    document: DocumentMut,
    plant: Plant,
    /// Whether lines end as on Windows. The document itself has line feeds only.
    has_carriage_returns: bool,
}

impl PlantDocument {
    /// Reads a plant file for editing.
    ///
    /// # Errors
    /// As [`Plant::parse`].
    pub fn parse(text: &str) -> Result<PlantDocument, Error> {
        let plant = Plant::parse(text)?;
        let lines = text.matches('\n').count();
        let plain = text.replace("\r\n", "\n");
        let has_carriage_returns = lines > 0
            && lines == text.matches("\r\n").count()
            && Plant::parse(&plain).is_ok_and(|same| same == plant);
        let document = parse(if has_carriage_returns { &plain } else { text })?;
        Ok(PlantDocument {
            document,
            plant,
            has_carriage_returns,
        })
    }

    /// The plant as it is after the edits so far.
    pub const fn plant(&self) -> &Plant {
        &self.plant
    }

    /// Makes the changes in their order, all or none. What says the same already is left as it is written; what is new
    /// stands behind the last of its kind; what is removed takes the comments inside it and right above it along.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the file would say what cannot be (lines are those of the edited text);
    /// [`Error::Unknown`] and [`Error::Inline`] for what is not there or cannot be edited in place.
    pub fn apply(&mut self, edits: &[Edit]) -> Result<(), Error> {
        let mut document = self.document.clone();
        let mut is_settled = true;
        for run in edit::runs(edits) {
            // What is removed leaves its comment to the next table, and an added table has no place before it is read.
            if run.iter().any(Edit::is_removal) && !is_settled {
                document = parse(&document.to_string())?;
            }
            edit::write(&mut document, run)?;
            is_settled = false;
        }
        let edited = PlantDocument::parse(&document.to_string())?;
        let has_carriage_returns = self.has_carriage_returns;
        *self = edited;
        // A text of several lines would come back with other line ends; then the file gets plain ones.
        let on_windows = self.document.to_string().replace('\n', "\r\n");
        self.has_carriage_returns = has_carriage_returns
            && Plant::parse(&on_windows).is_ok_and(|plant| plant == self.plant);
        Ok(())
    }

    /// Adds the connection, or changes the one with the same id.
    ///
    /// # Errors
    /// As [`PlantDocument::apply`].
    pub fn put_connection(&mut self, connection: &Connection) -> Result<(), Error> {
        self.apply(&[Edit::PutConnection(Box::new(connection.clone()))])
    }

    /// Removes a connection.
    ///
    /// # Errors
    /// [`Error::ConnectionInUse`], else as [`PlantDocument::apply`].
    pub fn remove_connection(&mut self, id: &str) -> Result<(), Error> {
        let assets = self.plant.assets.iter();
        let assets = assets.filter(|asset| asset.connection.as_str() == id);
        let rules = self.plant.mappings.iter();
        let rules = rules.filter(|rule| rule.connection.as_str() == id);
        let users: Vec<String> = assets
            .map(|asset| asset.id.to_string())
            .chain(rules.map(|rule| format!("mapping {}", rule.id)))
            .collect();
        if !users.is_empty() {
            let id = id.to_owned();
            return Err(Error::ConnectionInUse { id, users });
        }
        self.apply(&[Edit::RemoveConnection(ConnectionId::from(id))])
    }
}

fn parse(text: &str) -> Result<DocumentMut, Error> {
    text.parse::<DocumentMut>().map_err(|error| Error::Syntax {
        line: 1,
        column: 1,
        message: error.message().to_owned(),
    })
}

impl fmt::Display for PlantDocument {
    /// The text of the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.has_carriage_returns {
            f.write_str(&self.document.to_string().replace('\n', "\r\n"))
        } else {
            self.document.fmt(f)
        }
    }
}
