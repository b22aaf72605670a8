//! The reading half of a link: what comes out of the library, and what was cut out of the stream before it.

use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::{Stream, stream::unfold};
use tokio::sync::Mutex;

use super::{Fault, Given, Got, Lost, Receipt, beside::Beside};

/// The library's event loop of one link.
pub(super) trait Events: Send + 'static {
    /// The next event. After an error there are no more.
    fn next(&mut self) -> impl Future<Output = Result<Got<Receipt>, Fault>> + Send;

    /// A message that was read and not handed out.
    fn leftover(&mut self) -> Option<Got<Receipt>>;
}

type Steps = Pin<Box<dyn Stream<Item = Result<Got<Receipt>, Fault>> + Send>>;

/// The reading half of one link.
pub(super) struct Reading<E> {
    /// Has the library for itself as long as it is there. The library's future outlives each wait for an event: it makes
    /// three waiters anew each time it is polled for the first time.
    steps: Option<Steps>,
    events: Arc<Mutex<E>>,
    beside: Beside,
    /// Messages that were cut out of the stream.
    messages: VecDeque<Got<Receipt>>,
    given: Given,
}

impl<E: Events> Reading<E> {
    pub(super) fn new(events: E, beside: Beside) -> Self {
        let events = Arc::new(Mutex::new(events));
        Reading {
            steps: Some(Box::pin(steps(Arc::clone(&events)))),
            events,
            beside,
            messages: VecDeque::new(),
            given: Given::default(),
        }
    }

    /// The next event; may be dropped half-way. After an error there are no more.
    pub(super) async fn next(&mut self) -> Result<Got<Receipt>, Fault> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Got<Receipt>, Fault>> {
        // The stream is not read on before all of these are taken: so they stay in order with the library's.
        if let Some(got) = self.messages.pop_front() {
            return Poll::Ready(Ok(self.count(got)));
        }
        let Some(steps) = &mut self.steps else {
            return Poll::Ready(Err(Fault::Closed(None)));
        };
        let step = steps.as_mut().poll_next(cx);
        self.beside.messages(&mut self.messages);
        if let Poll::Ready(step) = step {
            let step = step.unwrap_or(Err(Fault::Closed(None)));
            return Poll::Ready(step.map(|got| self.count(got)));
        }
        let got = self.messages.pop_front();
        got.map_or(Poll::Pending, |got| Poll::Ready(Ok(self.count(got))))
    }

    fn count(&mut self, got: Got<Receipt>) -> Got<Receipt> {
        self.given.count(got, self.beside.mark())
    }

    /// After the end: a message that was read and not handed out.
    pub(super) fn leftover(&mut self) -> Option<Got<Receipt>> {
        self.steps = None;
        let got = self.messages.pop_front().or_else(|| {
            let mut events = self.events.try_lock().ok()?;
            events.leftover()
        })?;
        Some(self.count(got))
    }

    /// After the end, and after what is left over: messages that came whole and were not handed out.
    pub(super) fn lost(&self) -> Lost {
        self.given.lost(self.beside.seen().tally)
    }
}

/// What comes out of the library.
fn steps<E: Events>(
    events: Arc<Mutex<E>>,
) -> impl Stream<Item = Result<Got<Receipt>, Fault>> + Send {
    unfold(None, move |held| {
        let events = Arc::clone(&events);
        async move {
            let mut events = match held {
                Some(held) => held,
                None => events.lock_owned().await,
            };
            Some((events.next().await, Some(events)))
        }
    })
}

#[cfg(test)]
mod tests;
