//! The session doctor of a connection.

use tokio::sync::oneshot;

use super::App;
use crate::{
    api::session::SessionView,
    connections::session_view,
    error::{Error, Result},
    pipeline::request::Request,
};

impl App {
    /// How the Sparkplug sessions of a connection go, the worst first.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub async fn sparkplug_session(&self, connection: &str) -> Result<SessionView> {
        let (reply, answer) = oneshot::channel();
        let connection = connection.to_owned();
        self.ask(Request::Session { connection, reply }).await?;
        let facts = answer.await.map_err(|_| Error::Stopped)??;
        Ok(session_view(&facts))
    }
}
