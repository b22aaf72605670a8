//! The protocol without a network: whatever a device may send is fed by hand, and the time is what one says it is. For
//! trials of what hostile devices send; a connection is [`run`](super::run).

use std::{fmt, time::Duration};

use super::{
    links::{self, Links},
    machine::{Event, Machine, Settings},
    spec::{CoapError, CoapSpec},
};

/// One link to one device.
pub struct Trial(Machine);

impl Trial {
    /// A link that begins at time 0. Its tokens come from the seed.
    ///
    /// # Errors
    /// As [`CoapSpec::check`].
    pub fn new(spec: &CoapSpec, seed: [u8; 32]) -> Result<Self, CoapError> {
        spec.check()?;
        let mut machine = Machine::new(Settings::of(spec)?, seed);
        machine.tick(Duration::ZERO);
        Ok(Trial(machine))
    }

    /// A datagram comes from the device. Times never decrease.
    pub fn receive(&mut self, datagram: &[u8], now: Duration) {
        self.0.receive(datagram, now);
    }

    /// Time passes.
    pub fn tick(&mut self, now: Duration) {
        self.0.tick(now);
    }

    /// When there is something to do; none if never.
    pub fn next_deadline(&self) -> Option<Duration> {
        self.0.next_deadline()
    }

    /// The next datagram for the device.
    pub fn take_datagram(&mut self) -> Option<Vec<u8>> {
        self.0.take_datagram()
    }

    /// What came of it since: the number of representations, and the bytes of the largest.
    pub fn take_representations(&mut self) -> (usize, usize) {
        let (mut count, mut largest) = (0, 0);
        while let Some(event) = self.0.take_event() {
            if let Event::Message { body, .. } = event {
                count += 1;
                largest = largest.max(body.len());
            }
        }
        (count, largest)
    }
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial").finish_non_exhaustive()
    }
}

/// Reads what a device says it has. (RFC 6690)
pub fn read_links(text: &str) -> Links {
    links::read(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coap::CoapResource;

    #[test]
    fn a_trial_asks_as_a_connection_does_and_hands_on_what_is_answered() {
        let mut spec = CoapSpec::new("device", 5683);
        spec.resources = vec![CoapResource {
            path: "/t".into(),
            observe: false,
            every: None,
        }];
        let mut trial = Trial::new(&spec, [7; 32]).unwrap();
        let request = trial.take_datagram().unwrap();
        let tokens = usize::from(request[0] & 15);
        // 2.05, acknowledging, with the request's number and token.
        let mut answer = vec![0x60 | request[0] & 15, 0x45];
        answer.extend_from_slice(&request[2..4 + tokens]);
        answer.extend_from_slice(b"\xff21.5");
        trial.receive(&answer, Duration::from_millis(5));
        assert_eq!(trial.take_representations(), (1, 4));
        assert!(trial.next_deadline().is_some());
        assert_eq!(read_links("</t>;obs,</u>").links.len(), 2);
    }
}
