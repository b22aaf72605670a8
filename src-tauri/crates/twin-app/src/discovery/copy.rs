//! Ledgers of the driver, copied part by part.

use tokio::sync::{mpsc, oneshot};
use twin_discover::{Heard, Ledger};

use crate::{
    error::{Error, Result, Thing},
    pipeline::request::{LedgerLook, LedgerRequest, Request},
};

async fn ask<T>(
    requests: &mpsc::Sender<Request>,
    request: impl FnOnce(oneshot::Sender<T>) -> LedgerRequest,
) -> Result<T> {
    let (reply, answer) = oneshot::channel();
    let request = Request::Ledger(request(reply));
    requests.send(request).await.map_err(|_| Error::Stopped)?;
    answer.await.map_err(|_| Error::Stopped)
}

/// How much each connection has heard.
pub(super) async fn looks(requests: &mpsc::Sender<Request>) -> Result<Vec<LedgerLook>> {
    ask(requests, LedgerRequest::Looks).await
}

/// The ledger of a connection; none when there is no such connection any more. Its parts are of slightly different
/// instants.
pub(super) async fn ledger(
    requests: &mpsc::Sender<Request>,
    index: usize,
) -> Result<Option<Ledger>> {
    let descriptions = |reply| LedgerRequest::Descriptions { index, reply };
    let Some(mut ledger) = ask(requests, descriptions).await? else {
        return Ok(None);
    };
    let mut next = Some(0);
    while let Some(from) = next {
        let part = |reply| LedgerRequest::Part { index, from, reply };
        let Some(part) = ask(requests, part).await? else {
            return Ok(None);
        };
        next = part.next;
        ledger.take_part(part);
    }
    Ok(Some(ledger))
}

/// The ledger of the connection with this id.
///
/// # Errors
/// [`Error::Unknown`] when there is no such connection, [`Error::Stopped`].
pub async fn ledger_of(requests: &mpsc::Sender<Request>, connection: &str) -> Result<Ledger> {
    let unknown = || Error::Unknown {
        what: Thing::Connection,
        id: connection.to_owned(),
    };
    let looks = looks(requests).await?;
    let mut looks = looks.into_iter();
    let look = looks.find(|look| look.connection.as_str() == connection);
    let index = look.ok_or_else(unknown)?.index;
    ledger(requests, index).await?.ok_or_else(unknown)
}

/// What is known by now of some addresses of the connection with the number `index`, by their numbers; nothing when it
/// has ended.
///
/// # Errors
/// [`Error::Stopped`].
pub async fn heard_now(
    requests: &mpsc::Sender<Request>,
    index: usize,
    numbers: Vec<u32>,
) -> Result<Vec<Heard>> {
    let some = |reply| LedgerRequest::Some {
        index,
        numbers,
        reply,
    };
    ask(requests, some).await
}
