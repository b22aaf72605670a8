//! Asking a running plant for a fault, from another process.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time;

use super::{
    CONTROL_STATE_TOPIC, CONTROL_TOPIC,
    link::{Happening, Link},
};
use crate::{Error, fault::Control, message::Message};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks the plant behind the MQTT 5 broker on `port` of this machine for `spec` (a fault, `clear`, or `clear` and a
/// fault) and returns its confirmation. `id` tells this request from others.
///
/// # Errors
/// [`Error::UnknownFault`] without asking, [`Error::NoAnswer`] within ten seconds, [`Error::Refused`], [`Error::Client`].
pub async fn ask(port: u16, spec: &str, id: &str) -> Result<String, Error> {
    Control::parse(spec)?;
    let mut link = Link::open(port, &format!("demo-ask-{id}"), None)?;
    let answer = time::timeout(PATIENCE, conversation(&mut link, port, spec, id)).await;
    link.close(Duration::from_secs(1)).await;
    answer.unwrap_or_else(|_| {
        Err(Error::NoAnswer {
            port,
            why: format!("nothing in {} s", PATIENCE.as_secs()),
        })
    })
}

async fn conversation(link: &mut Link, port: u16, spec: &str, id: &str) -> Result<String, Error> {
    loop {
        match link.wait().await {
            Happening::Connected => link.subscribe(CONTROL_STATE_TOPIC)?,
            Happening::Subscribed => {
                link.publish(Message::json(
                    CONTROL_TOPIC,
                    &json!({"fault": spec, "id": id}),
                    false,
                ))?;
            }
            Happening::Came { payload, .. } => {
                if let Some(answer) = confirmation(&payload, id) {
                    return answer;
                }
            }
            Happening::Lost(why) => return Err(Error::NoAnswer { port, why }),
        }
    }
}

/// The answer to this request, if this is one: an older one is retained.
fn confirmation(payload: &[u8], id: &str) -> Option<Result<String, Error>> {
    let state: Json = serde_json::from_slice(payload).ok()?;
    if state.get("id")?.as_str()? != id {
        return None;
    }
    let message = state.get("message")?.as_str()?.to_owned();
    let active: Vec<_> = state
        .get("active")?
        .as_array()?
        .iter()
        .filter_map(Json::as_str)
        .collect();
    if state.get("ok")?.as_bool()? {
        let standing = if active.is_empty() {
            "none".to_owned()
        } else {
            active.join(", ")
        };
        Some(Ok(format!("{message}; faults standing: {standing}")))
    } else {
        Some(Err(Error::Refused(message)))
    }
}
