//! Messages on their way out of the connection's queue.

use std::task::{Context, Poll};

use twin_connect::{Inbound, Inbox};

use super::Source;

impl Source {
    /// Moves at most `max` messages out of the connection's queue, each with the connection's number; gives how many.
    /// None come while it is closed. Who asks is woken when more come.
    pub fn poll_inbox(
        &mut self,
        context: &mut Context<'_>,
        into: &mut Vec<(usize, Inbound)>,
        max: usize,
    ) -> usize {
        let Some(inbox) = self.inbox.as_mut().filter(|_| !self.closed) else {
            return 0;
        };
        match inbox.poll_take(context, &mut self.arrived, max) {
            Poll::Pending => 0,
            Poll::Ready(count) => {
                if count == 0 {
                    // The connection has ended: nothing will ever come again.
                    self.inbox = None;
                }
                let rest = self.inbox.as_ref().map_or(0, Inbox::waiting);
                self.most_waiting = self.most_waiting.max(count + rest);
                into.extend(self.arrived.drain(..).map(|item| (self.index, item)));
                count
            }
        }
    }

    /// Messages in the connection's queue, and the most that ever were.
    pub fn waiting(&self) -> [usize; 2] {
        [
            self.inbox.as_ref().map_or(0, Inbox::waiting),
            self.most_waiting,
        ]
    }

    /// Moves at most `max` of the messages that are in the queue now, closed or not; gives how many.
    pub fn take_now(&mut self, into: &mut Vec<(usize, Inbound)>, max: usize) -> usize {
        let Some(inbox) = &mut self.inbox else {
            return 0;
        };
        let count = inbox.take_now(&mut self.arrived, max);
        into.extend(self.arrived.drain(..).map(|item| (self.index, item)));
        count
    }
}
