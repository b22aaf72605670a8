//! Connections as people fill them in, on their way into the plant file, and out of it.

use std::cell::RefCell;

use twin_core::said;
use twin_model::{Connection, PlantDocument};

use super::{
    App,
    undo::{Act, PlantBack},
};
use crate::{
    api::{
        connection::{ConnectionForm, SavedView},
        undo::ActKind,
    },
    connections::{connection_of, form_of},
    error::{Error, Result},
    running::LinkSpec,
    workspace::Edited,
};

impl App {
    /// Adds or changes a connection in the plant file and starts it anew; that can be taken back. `opened` is what the form
    /// was opened with, none for a connection that the plant file has not: what somebody else changed meanwhile is told,
    /// not written over.
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
        let written = self.tried(form, opened).and_then(|id| {
            // First, because it can be taken back.
            let before = match &form.password {
                Some(password) => Some(self.change_password(&id, password)?),
                None => None,
            };
            let written = self.write_connection(form, opened);
            if let (Err(_), Some(before)) = (&written, &before)
                && let Err(error) = self.workspace.put_password(&id, before)
            {
                tracing::warn!("the password of {id} stays changed: {error}");
            }
            let password = before.map(|before| (id, before));
            written.map(|(connection, edited)| (connection, edited, password))
        });
        let (connection, edited, password) = match written {
            Ok(written) => written,
            Err(Error::Changed { now, .. }) => return Ok(SavedView::Changed { now: *now }),
            Err(error) => return Err(error),
        };
        let mut back = PlantBack::of(&edited);
        if let Some((id, before)) = password {
            back = back.with_password(&id, before);
        }
        let kind = match opened {
            Some(_) => ActKind::ChangeConnection,
            None => ActKind::AddConnection,
        };
        self.keep_act(Act::plant(kind, &connection.name, back))
            .await;
        let text = self.audit_edited(edited).await;
        let id = connection.id.as_str();
        let address = format!("{}:{}", connection.host, connection.port);
        self.audit(user, "save-connection", id, &address).await;
        self.make_anew(&connection.id).await;
        self.take_up_edit(text).await?;
        Ok(SavedView::Saved {
            form: form_of(&connection),
        })
    }

    /// Removes a connection from the plant file and ends it; that can be taken back.
    ///
    /// # Errors
    /// When assets of the plant file still use it, or the file cannot be written.
    pub async fn remove_connection(&self, id: &str, user: &str) -> Result<()> {
        let _alone = self.editing.lock().await;
        let password = self.workspace.password(id)?;
        let connections = self.workspace.plant()?.connections;
        let name = connections.into_iter().find(|of| of.id.as_str() == id);
        let name = name.map_or_else(|| id.to_owned(), |of| of.name);
        let edited = self.edit(|document| document.remove_connection(id))?;
        let mut back = PlantBack::of(&edited);
        if let Some(password) = password {
            back = back.with_password(id, password);
        }
        self.keep_act(Act::plant(ActKind::RemoveConnection, &name, back))
            .await;
        let text = self.audit_edited(edited).await;
        self.audit(user, "remove-connection", id, "").await;
        let forgotten = self.workspace.put_password(id, "").map_err(|error| {
            Error::Request(said!(
                "refused-password-left",
                "the connection \"{id}\" is removed, but its password is still stored: {error}",
                id = id,
                error = error.said()
            ))
        });
        let taken_up = self.take_up_edit(text).await;
        if let (Err(_), Err(error)) = (&taken_up, &forgotten) {
            tracing::warn!("{error}");
        }
        taken_up.and(forgotten)
    }

    /// Tries a form before anything is written: one that makes no sense must not reach the plant file. Gives the id of its
    /// connection.
    fn tried(&self, form: &ConnectionForm, opened: Option<&ConnectionForm>) -> Result<String> {
        let connections = self.workspace.plant()?.connections;
        is_as_opened(form, opened, &connections)?;
        let connection = connection_of(form, &connections)?;
        LinkSpec::of(&self.workspace, &connection, form.password.clone())?;
        Ok(connection.id.to_string())
    }

    /// Stores a password; gives the one of before, empty when there was none.
    pub(super) fn change_password(&self, id: &str, password: &str) -> Result<String> {
        let before = self.workspace.password(id)?.unwrap_or_default();
        self.workspace.put_password(id, password)?;
        Ok(before)
    }

    /// Writes a connection into the plant file as that is in this moment.
    fn write_connection(
        &self,
        form: &ConnectionForm,
        opened: Option<&ConnectionForm>,
    ) -> Result<(Connection, Edited)> {
        let put = RefCell::new(None);
        let edit = |document: &mut PlantDocument| {
            let connections = &document.plant().connections;
            is_as_opened(form, opened, connections)?;
            let connection = connection_of(form, connections)?;
            let written = document.put_connection(&connection);
            written.map_err(|error| self.workspace.wrong_plant(error))?;
            put.replace(Some(connection));
            Ok(())
        };
        let edited = self.workspace.edit_plant(edit)?;
        let connection = put.into_inner().ok_or(Error::Stopped)?;
        Ok((connection, edited))
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
