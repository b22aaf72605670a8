//! A device and a network for the machine's tests, in simulated time.

use std::{collections::BTreeMap, time::Duration};

use coap_lite::{CoapOption, MessageClass, MessageType, Packet, RequestType};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::{
    super::{path::Target, spec::Transmission},
    Event, Machine, Settings,
};

pub(super) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What the network does to datagrams.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    /// Of 100.
    pub(super) loss: u32,
    /// Of 100.
    pub(super) twice: u32,
    /// Longest delay, ms; each datagram has its own, so they overtake each other.
    pub(super) delay: u64,
}

pub(super) const CALM: Weather = Weather {
    loss: 0,
    twice: 0,
    delay: 1,
};

/// How the device behaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    /// Answers later, in a message of its own.
    pub(super) separate: bool,
    /// Notifications are confirmable.
    pub(super) confirmable: bool,
    /// Knows Observe.
    pub(super) observable: bool,
    /// Bytes of a representation.
    pub(super) size: usize,
    /// Exponent of its blocks, 0 to 6.
    pub(super) exponent: u8,
    /// Seconds.
    pub(super) max_age: u32,
}

pub(super) const PLAIN: Habits = Habits {
    separate: false,
    confirmable: true,
    observable: true,
    size: 8,
    exponent: 6,
    max_age: 60,
};

struct Unacked {
    id: u16,
    datagram: Vec<u8>,
    due: Duration,
    wait: Duration,
    left: u32,
    token: Vec<u8>,
}

/// A device whose every path gives the same value, which only grows.
pub(super) struct Device {
    pub(super) habits: Habits,
    pub(super) value: u32,
    pub(super) observers: Vec<Vec<u8>>,
    pub(super) requests: u32,
    /// Of the last notification.
    pub(super) sequence: u32,
    id: u16,
    unacked: Vec<Unacked>,
    /// Requests that were answered, for their repeats.
    answered: BTreeMap<u16, (Vec<u8>, Vec<Vec<u8>>)>,
}

/// The representation of a value.
pub(super) fn body(value: u32, size: usize) -> Vec<u8> {
    let digits = format!("{value:08}");
    digits.bytes().cycle().take(size.max(8)).collect()
}

/// The value in a representation, if all of it is of one value.
pub(super) fn value_of(given: &[u8]) -> Option<u32> {
    let value = std::str::from_utf8(given.get(..8)?).ok()?.parse().ok()?;
    (given == body(value, given.len())).then_some(value)
}

impl Device {
    fn new(habits: Habits) -> Self {
        Device {
            habits,
            value: 1,
            observers: Vec::new(),
            requests: 0,
            sequence: 0xFF_FFF0,
            id: 7,
            unacked: Vec::new(),
            answered: BTreeMap::new(),
        }
    }

    /// It forgets everything but its value, as after a loss of power.
    pub(super) fn restart(&mut self) {
        *self = Device {
            value: self.value,
            sequence: 1,
            ..Device::new(self.habits)
        };
    }

    fn content(&self, block: (u32, u8)) -> Packet {
        let whole = body(self.value, self.habits.size);
        let mut packet = Packet::new();
        packet.header.code = 0x45.into();
        packet.add_option(CoapOption::ETag, self.value.to_be_bytes().to_vec());
        packet.add_option(CoapOption::ContentFormat, vec![50]);
        packet.add_option(
            CoapOption::MaxAge,
            self.habits.max_age.to_be_bytes().to_vec(),
        );
        let exponent = block.1.min(self.habits.exponent);
        let size = 16_usize << exponent;
        let start = (block.0 as usize) << (block.1 + 4);
        let end = (start + size).min(whole.len());
        packet.payload = whole.get(start..end).unwrap_or_default().to_vec();
        if whole.len() > size {
            let number = (start / size) as u32;
            let more = u32::from(end < whole.len());
            let option = (number << 4) | (more << 3) | u32::from(exponent);
            packet.add_option(CoapOption::Block2, option.to_be_bytes()[1..].to_vec());
        }
        packet
    }

    fn next_id(&mut self) -> u16 {
        self.id = self.id.wrapping_add(1);
        self.id
    }

    fn notify(&mut self, now: Duration) -> Vec<Vec<u8>> {
        self.sequence = (self.sequence + 1) % (1 << 24);
        let mut sent = Vec::new();
        for token in self.observers.clone() {
            let mut packet = self.content((0, 6));
            packet.add_option(
                CoapOption::Observe,
                self.sequence.to_be_bytes()[1..].to_vec(),
            );
            sent.push(self.begin(packet, token, self.habits.confirmable, now));
        }
        sent
    }

    /// A message that is no acknowledgement.
    fn begin(&mut self, mut packet: Packet, token: Vec<u8>, con: bool, now: Duration) -> Vec<u8> {
        let id = self.next_id();
        packet.header.message_id = id;
        packet.header.set_type(if con {
            MessageType::Confirmable
        } else {
            MessageType::NonConfirmable
        });
        packet.set_token(token.clone());
        let datagram = packet.to_bytes_unlimited().unwrap();
        if con {
            self.unacked.push(Unacked {
                id,
                datagram: datagram.clone(),
                due: now + seconds(2),
                wait: seconds(2),
                left: 4,
                token,
            });
        }
        datagram
    }

    fn receive(&mut self, datagram: &[u8], now: Duration) -> Vec<Vec<u8>> {
        let packet = Packet::from_bytes(datagram).unwrap();
        let id = packet.header.message_id;
        match (packet.header.get_type(), packet.header.code) {
            (MessageType::Confirmable, MessageClass::Empty) => {
                vec![super::codec::empty(super::Kind::Rst, id)]
            }
            (MessageType::Confirmable, MessageClass::Request(RequestType::Get)) => {
                if let Some((known, answers)) = self.answered.get(&id)
                    && known == datagram
                {
                    return answers.clone();
                }
                let answers = self.get(&packet, now);
                self.answered
                    .insert(id, (datagram.to_vec(), answers.clone()));
                answers
            }
            (kind @ (MessageType::Acknowledgement | MessageType::Reset), _) => {
                if let Some(at) = self.unacked.iter().position(|some| some.id == id) {
                    let done = self.unacked.remove(at);
                    if kind == MessageType::Reset {
                        self.observers.retain(|some| *some != done.token);
                    }
                }
                Vec::new()
            }
            other => panic!("the machine sent {other:?}"),
        }
    }

    fn get(&mut self, request: &Packet, now: Duration) -> Vec<Vec<u8>> {
        self.requests += 1;
        let token = request.get_token().to_vec();
        let block = request
            .get_first_option(CoapOption::Block2)
            .map_or((0, 6), |value| {
                let value = value
                    .iter()
                    .fold(0, |sum, byte| (sum << 8) | u32::from(*byte));
                (value >> 4, (value & 7) as u8)
            });
        let mut answer = self.content(block);
        match request.get_observe_value() {
            Some(Ok(0)) if self.habits.observable => {
                if !self.observers.contains(&token) {
                    self.observers.push(token.clone());
                }
                self.sequence = (self.sequence + 1) % (1 << 24);
                answer.add_option(
                    CoapOption::Observe,
                    self.sequence.to_be_bytes()[1..].to_vec(),
                );
            }
            Some(Ok(1)) => self.observers.retain(|some| *some != token),
            _ => {}
        }
        let id = request.header.message_id;
        if self.habits.separate {
            let later = self.begin(answer, token, true, now);
            return vec![super::codec::empty(super::Kind::Ack, id), later];
        }
        answer.header.set_type(MessageType::Acknowledgement);
        answer.header.message_id = id;
        answer.set_token(token);
        vec![answer.to_bytes_unlimited().unwrap()]
    }

    fn tick(&mut self, now: Duration) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        let mut gone = Vec::new();
        self.unacked.retain_mut(|some| {
            if some.due > now {
                return true;
            }
            if some.left == 0 {
                gone.push(some.token.clone());
                return false;
            }
            some.left -= 1;
            some.wait *= 2;
            some.due = now + some.wait;
            sent.push(some.datagram.clone());
            true
        });
        self.observers.retain(|token| !gone.contains(token));
        sent
    }

    fn next_deadline(&self) -> Option<Duration> {
        self.unacked.iter().map(|some| some.due).min()
    }
}

/// A machine, a device, and a network between them.
pub(super) struct World {
    pub(super) now: Duration,
    pub(super) machine: Machine,
    pub(super) device: Device,
    pub(super) weather: Weather,
    /// Nothing reaches the device, and nothing comes from it.
    pub(super) is_cut: bool,
    pub(super) events: Vec<(Duration, Event)>,
    chance: StdRng,
    number: u64,
    under_way: BTreeMap<(Duration, u64), (bool, Vec<u8>)>,
}

pub(super) fn settings(resources: &[(&str, bool, Option<u64>)]) -> Settings {
    Settings {
        resources: resources
            .iter()
            .map(|(path, observe, every)| {
                (
                    Target::parse("::1", path).unwrap(),
                    *observe,
                    every.map(seconds),
                )
            })
            .collect(),
        times: Transmission::default(),
        keep_alive: seconds(60),
        max_payload: 4_096,
    }
}

impl World {
    pub(super) fn new(settings: Settings, habits: Habits, weather: Weather, seed: u64) -> Self {
        let mut chance = StdRng::seed_from_u64(seed);
        World {
            now: Duration::ZERO,
            machine: Machine::new(settings, chance.random()),
            device: Device::new(habits),
            weather,
            is_cut: false,
            events: Vec::new(),
            chance,
            number: 0,
            under_way: BTreeMap::new(),
        }
    }

    fn send(&mut self, to_device: bool, datagram: Vec<u8>) {
        if self.is_cut || self.chance.random_range(0..100) < self.weather.loss {
            return;
        }
        let copies = 1 + u32::from(self.chance.random_range(0..100) < self.weather.twice);
        for _ in 0..copies {
            let delay = self.chance.random_range(0..=self.weather.delay);
            self.number += 1;
            let key = (self.now + Duration::from_millis(delay), self.number);
            self.under_way.insert(key, (to_device, datagram.clone()));
        }
    }

    fn device_sends(&mut self, datagrams: Vec<Vec<u8>>) {
        for datagram in datagrams {
            self.send(false, datagram);
        }
    }

    fn drain(&mut self) {
        while let Some(datagram) = self.machine.take_datagram() {
            self.send(true, datagram);
        }
        while let Some(event) = self.machine.take_event() {
            self.events.push((self.now, event));
        }
    }

    /// The device's value changes.
    pub(super) fn change(&mut self) {
        self.device.value += 1;
        let sent = self.device.notify(self.now);
        self.device_sends(sent);
    }

    /// A datagram comes from the device's address.
    pub(super) fn inject(&mut self, datagram: &[u8]) {
        self.machine.receive(datagram, self.now);
        self.drain();
    }

    pub(super) fn stop(&mut self) {
        self.machine.stop(self.now);
        self.drain();
    }

    /// Lets time pass.
    pub(super) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        self.machine.tick(self.now);
        self.drain();
        loop {
            let datagram = self.under_way.keys().next().map(|(at, _)| *at);
            let next = [
                datagram,
                self.machine.next_deadline(),
                self.device.next_deadline(),
            ];
            let next = next.into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else {
                break;
            };
            assert!(next >= self.now || self.machine.next_deadline() != Some(next));
            self.now = next.max(self.now);
            if datagram == Some(next)
                && let Some((_, (to_device, datagram))) = self.under_way.pop_first()
            {
                if to_device {
                    let sent = self.device.receive(&datagram, self.now);
                    self.device_sends(sent);
                } else {
                    self.machine.receive(&datagram, self.now);
                }
            }
            let sent = self.device.tick(self.now);
            self.device_sends(sent);
            self.machine.tick(self.now);
            self.drain();
        }
        self.now = end;
    }

    /// The values that were handed on for a resource.
    pub(super) fn values(&self, number: usize) -> Vec<u32> {
        let value = |event: &Event| match event {
            Event::Message { slot, body, .. } if *slot == number => {
                Some(value_of(body).expect("a representation of one value"))
            }
            _ => None,
        };
        self.events
            .iter()
            .filter_map(|(_, event)| value(event))
            .collect()
    }

    pub(super) fn has(&self, event: &Event) -> bool {
        self.events.iter().any(|(_, some)| some == event)
    }
}
