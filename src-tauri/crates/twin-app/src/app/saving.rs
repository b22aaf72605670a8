//! Connections as people fill them in, on their way into the plant file.

use std::cell::RefCell;

use twin_model::{Connection, PlantDocument};

use super::App;
use crate::{
    api::connection::{ConnectionForm, SavedView},
    connections::{connection_of, form_of},
    error::{Error, Result},
    running::LinkSpec,
};

impl App {
    /// Adds or changes a connection in the plant file and starts it anew. `opened` is what the form was opened with, none
    /// for a connection that the plant file has not: what somebody else changed meanwhile is told, not written over.
    ///
    /// # Errors
    /// When the form is incomplete or the plant file cannot be written.
    pub async fn save_connection(
        &self,
        form: &ConnectionForm,
        opened: Option<&ConnectionForm>,
        user: &str,
    ) -> Result<SavedView> {
        let _alone = self.editing.lock().await;
        let (connection, text) = match self.write_connection(form, opened) {
            Ok(written) => written,
            Err(Error::Changed { now, .. }) => return Ok(SavedView::Changed { now: *now }),
            Err(error) => return Err(error),
        };
        if let Some(password) = &form.password {
            self.workspace
                .put_password(connection.id.as_str(), password)?;
        }
        let address = format!("{}:{}", connection.host, connection.port);
        self.audit(user, "save-connection", connection.id.as_str(), &address)
            .await?;
        self.take_up(text, Some(connection.id.as_str())).await?;
        Ok(SavedView::Saved {
            form: form_of(&connection),
        })
    }

    /// Writes a connection into the plant file as that is in this moment; gives its new text.
    fn write_connection(
        &self,
        form: &ConnectionForm,
        opened: Option<&ConnectionForm>,
    ) -> Result<(Connection, String)> {
        let put = RefCell::new(None);
        let edit = |document: &mut PlantDocument| {
            let connections = &document.plant().connections;
            is_as_opened(form, opened, connections)?;
            let connection = connection_of(form, connections)?;
            // Tried before anything is written: a form that makes no sense must not reach the plant file.
            LinkSpec::of(&self.workspace, &connection, form.password.clone())?;
            let written = document.put_connection(&connection);
            written.map_err(|error| self.workspace.wrong_plant(error))?;
            put.replace(Some(connection));
            Ok(())
        };
        let text = self.workspace.edit_plant(edit)?;
        let connection = put.into_inner().ok_or(Error::Stopped)?;
        Ok((connection, text))
    }
}

/// Whether the plant file still says of a connection what its form was opened with.
///
/// # Errors
/// [`Error::Changed`] when it does not.
fn is_as_opened(
    form: &ConnectionForm,
    opened: Option<&ConnectionForm>,
    connections: &[Connection],
) -> Result<()> {
    let now = connections.iter().find(|of| of.id.as_str() == form.id);
    let now = now.map(form_of);
    let opened = opened.map(|opened| ConnectionForm {
        password: None,
        ..opened.clone()
    });
    if now == opened {
        return Ok(());
    }
    Err(Error::Changed {
        id: form.id.clone(),
        now: Box::new(now),
    })
}
