use proptest::prelude::*;

use super::{
    super::codec::{CONTENT, empty},
    sim::{CALM, Habits, PLAIN, Weather, World, body, seconds, settings},
    *,
};

fn weather() -> impl Strategy<Value = Weather> {
    (0_u32..30, 0_u32..30, 1_u64..900).prop_map(|(loss, twice, delay)| Weather {
        loss,
        twice,
        delay,
    })
}

fn habits() -> impl Strategy<Value = Habits> {
    (
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.8),
        prop_oneof![3 => 8_usize..100, 1 => 100_usize..3_000],
        2_u8..7,
        1_u32..100,
    )
        .prop_map(
            |(separate, confirmable, observable, size, exponent, max_age)| Habits {
                separate,
                confirmable,
                observable,
                size,
                exponent,
                max_age,
            },
        )
}

/// The device speaks with tokens that it has seen, and with all else as it likes.
fn hostile(tokens: usize) -> impl Strategy<Value = (usize, Vec<u8>)> {
    let head = (0_u8..4, any::<u8>(), any::<u16>());
    let tail = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        // Observe, Block2, payload.
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| vec![0x61, a, 0xd1, 4, b, 0xff, 1, 2]),
    ];
    (0..tokens, head, tail).prop_map(|(token, (kind, code, id), tail)| {
        let code = if code < 100 { CONTENT } else { code };
        let [high, low] = id.to_be_bytes();
        let head = vec![0x48 | (kind << 4), code, high, low];
        (token, [head, tail].concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the network does and however the device speaks: values come in order, whole, and the last one comes.
    #[test]
    fn the_newest_value_arrives_and_none_goes_backwards(
        habits in habits(),
        weather in weather(),
        seed in any::<u64>(),
        waits in prop::collection::vec(0_u64..8_000, 1..30),
    ) {
        let resources = settings(&[("/a", true, None), ("/b", false, Some(7)), ("/c", true, Some(20))]);
        let mut world = World::new(resources, habits, weather, seed);
        for wait in waits {
            world.run(Duration::from_millis(wait));
            world.change();
        }
        world.weather = CALM;
        // A lost link is the caller's to begin again; then there is nothing more to say here.
        world.run(seconds(400));
        prop_assume!(!world.has(&Event::Lost));
        for slot in 0..3 {
            let values = world.values(slot);
            prop_assert!(values.is_sorted(), "{slot}: {values:?}");
            prop_assert_eq!(values.last(), Some(&world.device.value), "{}: {:?}", slot, world.machine.counts());
        }
        let standings: Vec<_> = world.machine.standings().cloned().collect();
        let observed = habits.observable;
        prop_assert_eq!(&standings, &[
            Standing::Granted { observed },
            Standing::Granted { observed: false },
            Standing::Granted { observed },
        ]);
        prop_assert!(world.machine.tokens.len() <= 4);
    }

    #[test]
    fn a_device_that_has_restarted_is_observed_again(
        seed in any::<u64>(), confirmable in any::<bool>(), max_age in 1_u32..60,
    ) {
        let habits = Habits { confirmable, max_age, ..PLAIN };
        let mut world = World::new(settings(&[("/a", true, None)]), habits, CALM, seed);
        // Its numbers begin anew, far behind, and well within the 128 s in which they count.
        world.device.sequence = 1_000;
        world.run(seconds(3));
        world.change();
        world.run(seconds(1));
        world.device.restart();
        world.change();
        // Maximum age, 5 to 15 s, and the repeats of a message that was under way.
        world.run(seconds(u64::from(max_age) + 15 + 1));
        world.change();
        world.run(seconds(1));
        prop_assert_eq!(world.values(0).last().copied(), Some(4));
        prop_assert_eq!(world.device.observers.len(), 1);
    }

    #[test]
    fn whatever_comes_is_survived_and_bounded(
        datagrams in prop::collection::vec(hostile(4), 1..120), seed in any::<u64>(),
    ) {
        let resources = settings(&[("/a", true, None), ("/b", false, Some(5)), ("/c", true, None)]);
        let mut world = World::new(resources, PLAIN, CALM, seed);
        world.run(seconds(1));
        for (number, (token, mut datagram)) in datagrams.into_iter().enumerate() {
            let known = world.machine.tokens.keys().nth(token).copied();
            datagram.splice(4..4, known.unwrap_or([9; 8]));
            if number % 3 == 0 && let Some(flight) = &world.machine.flight {
                datagram[2..4].copy_from_slice(&flight.id.to_be_bytes());
            }
            world.inject(&datagram);
            if number % 5 == 0 {
                world.run(Duration::from_millis(300));
            }
            prop_assert!(world.machine.tokens.len() <= 4);
            prop_assert!(world.machine.out.is_empty() && world.machine.events.is_empty());
        }
        // It still works.
        world.change();
        // A device may claim to be busy for an hour.
        world.run(seconds(3_700));
        let is_lost = world.has(&Event::Lost);
        let is_granted = |some: &Standing| matches!(some, Standing::Granted { .. });
        let are_granted = world.machine.standings().all(is_granted);
        prop_assert!(is_lost || are_granted);
    }
}

#[test]
fn a_plain_device_is_observed_and_a_repeat_is_answered_but_not_delivered() {
    let mut world = World::new(settings(&[("/a", true, None)]), PLAIN, CALM, 1);
    world.run(seconds(1));
    assert!(world.has(&Event::Up) && world.has(&Event::Answered));
    world.weather.twice = 100;
    world.change();
    world.run(seconds(1));
    world.weather.twice = 0;
    world.change();
    world.run(seconds(1));
    assert_eq!(world.values(0), [1, 2, 3]);
    assert_eq!(world.machine.counts().repeated, 1);
    assert_eq!(world.device.requests, 1);
}

#[test]
fn only_one_message_is_unacknowledged_at_a_time() {
    let many: Vec<String> = (0..50).map(|number| format!("/{number}")).collect();
    let resources: Vec<_> = many.iter().map(|path| (&path[..], true, None)).collect();
    let mut world = World::new(settings(&resources), PLAIN, CALM, 1);
    world.machine.tick(Duration::ZERO);
    assert!(world.machine.take_datagram().is_some());
    assert!(world.machine.take_datagram().is_none());
    world = World::new(settings(&resources), PLAIN, CALM, 1);
    world.run(seconds(1));
    assert_eq!(world.device.observers.len(), 50);
    assert_eq!(
        world
            .events
            .iter()
            .filter(|(_, event)| *event == Event::Answered)
            .count(),
        1
    );
}

#[test]
fn a_silent_device_is_noticed_within_its_bounds() {
    // Nothing there at all.
    let mut world = World::new(settings(&[("/a", true, None)]), PLAIN, CALM, 1);
    world.is_cut = true;
    world.run(seconds(200));
    let [(at, Event::Lost)] = world.events[..] else {
        panic!("{:?}", world.events);
    };
    assert!((62..=93).contains(&at.as_secs()), "{at:?}");

    // An observation goes silent: maximum age, 5 to 15 s, and the repeats.
    for (max_age, resource) in [(10, true), (10, false), (86_400, true)] {
        let habits = Habits { max_age, ..PLAIN };
        let mut world = World::new(settings(&[("/a", resource, None)]), habits, CALM, 1);
        world.run(seconds(5));
        world.is_cut = true;
        world.run(seconds(400));
        let (at, last) = world.events.last().unwrap();
        assert_eq!(*last, Event::Lost);
        // A long validity does not help: the keep-alive asks.
        let bound = if resource && max_age == 10 { 25 } else { 60 };
        assert!(*at <= seconds(bound + 93), "{max_age} {resource} {at:?}");
        assert_eq!(world.machine.next_deadline(), None);
    }
}

#[test]
fn a_quiet_device_that_answers_pings_stays_up() {
    let habits = Habits {
        max_age: 86_400,
        ..PLAIN
    };
    let mut world = World::new(settings(&[("/a", true, None)]), habits, CALM, 1);
    world.run(seconds(3_600));
    assert!(!world.has(&Event::Lost));
    assert_eq!(world.device.requests, 1);
}

#[test]
fn what_is_not_observable_is_read_at_its_interval() {
    let habits = Habits {
        observable: false,
        ..PLAIN
    };
    let resources = [
        ("/a", true, Some(10)),
        ("/b", false, Some(5)),
        ("/c", true, None),
    ];
    let mut world = World::new(settings(&resources), habits, CALM, 1);
    world.run(seconds(121));
    let reads: Vec<usize> = (0..3).map(|slot| world.values(slot).len()).collect();
    assert_eq!(reads, [13, 25, 3]);
}

#[test]
fn large_representations_come_in_blocks_and_one_that_is_too_large_is_told() {
    let habits = Habits {
        size: 4_000,
        exponent: 4,
        ..PLAIN
    };
    let mut world = World::new(settings(&[("/a", true, None)]), habits, CALM, 1);
    world.run(seconds(1));
    world.change();
    world.run(seconds(1));
    assert_eq!(world.values(0), [1, 2]);
    let is_json = |event: &Event| {
        matches!(
            event,
            Event::Message {
                format: Some(50),
                ..
            }
        )
    };
    assert!(world.events.iter().any(|(_, event)| is_json(event)));

    world.device.habits.size = 5_000;
    world.change();
    world.run(seconds(1));
    let Some((
        _,
        Event::Unreadable {
            detail,
            excerpt,
            size,
            ..
        },
    )) = world.events.last()
    else {
        panic!("{:?}", world.events.last());
    };
    assert!(detail.contains("4096"), "{detail}");
    assert_eq!(excerpt[..], body(3, 4_096));
    assert!(*size > 4_096, "{size}");
}

#[test]
fn what_changes_faster_than_its_blocks_come_is_told_and_does_not_block_others() {
    let habits = Habits {
        size: 1_024,
        exponent: 0,
        confirmable: false,
        ..PLAIN
    };
    let slow = Weather { delay: 20, ..CALM };
    let resources = settings(&[("/a", true, None), ("/b", true, None)]);
    let mut world = World::new(resources, habits, slow, 1);
    for _ in 0..40 {
        world.run(Duration::from_millis(250));
        world.change();
    }
    let told = |event: &Event| matches!(event, Event::Unreadable { detail, .. } if detail.contains("changes faster"));
    assert!(world.events.iter().any(|(_, event)| told(event)));
    assert!(world.machine.counts().superseded > 0);
    // What was given up is asked for again after 5 to 15 s.
    world.run(seconds(20));
    assert_eq!(world.values(0).last(), Some(&41));
    assert_eq!(world.values(1).last(), Some(&41));
}

#[test]
fn errors_are_words_and_are_tried_again() {
    let mut world = World::new(settings(&[("/a", true, Some(30))]), PLAIN, CALM, 1);
    world.run(seconds(1));
    let token = world.device.observers[0].clone();
    let gone = [&[0x58, 0x84, 1, 1][..], &token, b"\xffno sensor"].concat();
    world.inject(&gone);
    let standing: Vec<_> = world.machine.standings().cloned().collect();
    let [Standing::Refused(words)] = &standing[..] else {
        panic!("{standing:?}");
    };
    assert!(
        words.contains("4.04") && words.contains("no sensor"),
        "{words}"
    );
    world.run(seconds(31));
    assert_eq!(world.values(0), [1, 1]);
    assert!(!world.has(&Event::Lost));
    let told = world
        .events
        .iter()
        .filter(|(_, event)| *event == Event::Answered);
    assert_eq!(told.count(), 3);
}

#[test]
fn foreign_tokens_and_requests_are_reset_and_pings_answered() {
    let mut machine = Machine::new(settings(&[]), [1; 32]);
    let mut answer = |datagram: &[u8]| {
        machine.receive(datagram, seconds(1));
        let mut sent: Vec<_> = std::iter::from_fn(|| machine.take_datagram()).collect();
        // The first is the machine's own ping.
        sent.retain(|some| some[2..] != machine.flight.as_ref().unwrap().datagram[2..]);
        sent
    };
    let reset = |id| vec![empty(Kind::Rst, id)];
    let nothing: Vec<Vec<u8>> = Vec::new();
    assert_eq!(answer(b"\x48\x45\x00\x0512345678\xffx"), reset(5));
    assert_eq!(answer(b"\x58\x45\x00\x0612345678\xffx"), reset(6));
    assert_eq!(answer(b"\x41\x45\x00\x07\x01\xffx"), reset(7));
    assert_eq!(answer(&empty(Kind::Con, 8)), reset(8));
    assert_eq!(answer(b"\x40\x01\x00\x09"), reset(9));
    assert_eq!(answer(b"\x40\x00\x00\x0axx"), reset(10));
    assert_eq!(answer(b"\x50\x01\x00\x0b"), nothing);
    assert_eq!(answer(&empty(Kind::Non, 12)), nothing);
    assert_eq!(answer(b"\x68\x45\x00\x0d12345678"), nothing);
    assert_eq!(machine.counts().unknown, 3);
}

#[test]
fn stopping_cancels_every_observation() {
    for separate in [false, true] {
        let habits = Habits { separate, ..PLAIN };
        let resources = settings(&[("/a", true, None), ("/b", false, None), ("/c", true, None)]);
        let mut world = World::new(resources, habits, CALM, 1);
        world.run(seconds(1));
        assert_eq!(world.device.observers.len(), 2);
        assert!(!world.machine.is_quiet() || world.machine.flight.is_none());
        world.stop();
        world.run(seconds(1));
        assert!(world.machine.is_quiet());
        assert!(world.device.observers.is_empty());
        world.run(seconds(600));
        assert!(world.machine.is_quiet() && !world.has(&Event::Lost));
    }
}

#[test]
fn sequence_numbers_are_judged_by_the_standard() {
    let mut world = World::new(settings(&[("/a", true, None)]), PLAIN, CALM, 1);
    world.run(seconds(1));
    let token = world.device.observers[0].clone();
    let mut id = 100_u16;
    let mut tell = |world: &mut World, sequence: u32, value: u32| {
        id += 1;
        let [high, low] = id.to_be_bytes();
        let head = vec![0x58, CONTENT, high, low];
        let [_, a, b, c] = sequence.to_be_bytes();
        let observe = vec![0x63, a, b, c, 0xff];
        world.inject(&[head, token.clone(), observe, body(value, 8)].concat());
    };
    // The device began at 0xfffff1.
    tell(&mut world, 0xFF_FFF5, 5);
    tell(&mut world, 0xFF_FFF4, 4);
    tell(&mut world, 3, 6);
    tell(&mut world, 0xFF_FFFF, 7);
    assert_eq!(world.values(0), [1, 5, 6]);
    assert_eq!(world.machine.counts().stale, 2);
    world.is_cut = true;
    world.now += seconds(129);
    tell(&mut world, 2, 8);
    assert_eq!(world.values(0), [1, 5, 6, 8]);
}

#[test]
fn a_late_notification_is_no_answer_to_a_renewal() {
    let habits = Habits {
        max_age: 10,
        ..PLAIN
    };
    let mut world = World::new(settings(&[("/a", true, None)]), habits, CALM, 1);
    world.run(seconds(1));
    let token = world.device.observers[0].clone();
    // The renewal is lost, and so is what the device knew; then something old arrives.
    world.is_cut = true;
    world.run(seconds(26));
    assert!(world.machine.flight.is_some());
    world.device.restart();
    let late = [&[0x58, CONTENT, 9, 9][..], &token, b"\x63\xff\xff\xf8\xff"].concat();
    world.inject(&[late, body(1, 8)].concat());
    assert_eq!(world.values(0), [1, 1]);
    world.is_cut = false;
    world.run(seconds(60));
    assert_eq!(world.device.observers.len(), 1);
}
