//! What the session doctor says of what a real decoder counted.

use twin_payload::{
    Decoder, Message, Observations,
    sparkplug::{
        HostState, REBIRTH,
        encode::{Metric, MetricValue, payload},
    },
};

use super::*;

const T0: i64 = 1_700_000_000;

fn at(s: i64) -> Timestamp {
    Timestamp::from_secs(T0 + s)
}

#[derive(Default)]
struct Plant(Decoder);

impl Plant {
    fn hear(&mut self, topic: &str, seq: Option<u8>, s: i64, metrics: &[Metric<'_>]) {
        let payload = payload(Some(at(s)), seq, metrics);
        self.hear_raw(topic, &payload, s);
    }

    fn hear_raw(&mut self, topic: &str, payload: &[u8], s: i64) {
        let mut out = Observations::new();
        let topic = format!("spBv1.0/{topic}");
        let message = Message::new(&topic, payload, at(s));
        self.0.decode(message, &mut out).unwrap();
    }

    fn birth(&mut self, node: &str, bd_seq: u64, s: i64) {
        let metrics = [
            Metric {
                name: Some("bdSeq"),
                ..Metric::new(MetricValue::UInt64(bd_seq))
            },
            Metric {
                name: Some("level"),
                alias: Some(1),
                ..Metric::new(MetricValue::Double(1.0))
            },
        ];
        self.hear(&format!("G/NBIRTH/{node}"), Some(0), s, &metrics);
    }

    fn data(&mut self, node: &str, seq: u8, alias: u64, s: i64) {
        let metric = Metric {
            alias: Some(alias),
            ..Metric::new(MetricValue::Double(2.0))
        };
        self.hear(&format!("G/NDATA/{node}"), Some(seq), s, &[metric]);
    }

    fn death(&mut self, node: &str, bd_seq: u64, s: i64) {
        let metric = Metric {
            name: Some("bdSeq"),
            ..Metric::new(MetricValue::UInt64(bd_seq))
        };
        self.hear(&format!("G/NDEATH/{node}"), None, s, &[metric]);
    }

    fn view(&self) -> SessionView {
        session_view(&SessionFacts {
            session: self.0.session(),
            can_rebirth: false,
            may_rebirth: false,
        })
    }
}

fn briefs(row: &SessionRow) -> Vec<&str> {
    row.findings.iter().map(|one| &*one.brief).collect()
}

#[test]
fn the_worst_comes_first_with_its_evidence() {
    let mut plant = Plant::default();
    plant.birth("quiet", 0, 0);
    plant.birth("lossy", 0, 0);
    plant.data("lossy", 1, 1, 1);
    plant.data("lossy", 1 + 3, 7, 2);
    plant.data("lossy", 1 + 4, 7, 3);
    plant.data("nameless", 9, 1, 0);
    plant.birth("dead", 4, 0);
    plant.hear("G/DBIRTH/dead/press", Some(1), 1, &[]);
    plant.death("dead", 4, 10);
    let view = plant.view();
    let ids: Vec<_> = view.rows.iter().map(|row| row.id.as_str()).collect();
    // A device that is dead because its node is comes after every fault of its own kind.
    assert_eq!(
        ids,
        ["G/dead", "G/nameless", "G/lossy", "G/dead/press", "G/quiet"]
    );
    assert_eq!((view.sources, view.troubled), (5, 4));
    let [dead, nameless, lossy, press, quiet] = &view.rows[..] else {
        panic!("{view:?}");
    };
    assert_eq!(
        (dead.state.as_str(), briefs(dead)),
        ("offline", vec!["offline"])
    );
    assert_eq!(dead.last_death, Some(micros(at(10))));
    assert_eq!((dead.births, dead.deaths), (1.0, 1.0));
    assert_eq!(briefs(press), ["node offline"]);
    assert_eq!(press.node, None);
    assert!(press.findings[0].advice.contains("G/dead"));
    assert!(briefs(nameless).contains(&"birth missing"), "{nameless:?}");
    assert!(briefs(lossy).contains(&"2 alias failures"), "{lossy:?}");
    let failure = &lossy.findings[0];
    assert!(failure.message.contains("7 of G/lossy (2×)"), "{failure:?}");
    assert!(
        failure
            .message
            .ends_with("; 2 messages are kept whole with those that could not be read"),
        "{failure:?}"
    );
    assert!(failure.advice.contains("rebirth"), "{failure:?}");
    assert_eq!(
        lossy.node.as_ref().map(|node| node.alias_failures),
        Some(2.0)
    );
    assert_eq!(quiet.findings, []);
    assert_eq!(quiet.metrics, 1);
}

#[test]
fn storms_say_who_asked() {
    let mut plant = Plant::default();
    for number in 0..4 {
        plant.birth("n", number, number as i64 * 10);
    }
    let rebirth = Metric {
        name: Some(REBIRTH),
        ..Metric::new(MetricValue::Boolean(true))
    };
    let by_itself = plant.view().rows.remove(0);
    plant.hear("G/NCMD/n", None, 40, &[rebirth]);
    let by_others = plant.view().rows.remove(0);
    assert_eq!(briefs(&by_itself), ["1 rebirth storm"]);
    let (alone, asked) = (&by_itself.findings[0], &by_others.findings[0]);
    assert!(alone.message.contains("4 births"), "{alone:?}");
    assert!(alone.advice.contains("client id"), "{alone:?}");
    assert!(asked.message.contains("1 by others"), "{asked:?}");
    assert!(asked.advice.contains("host application"), "{asked:?}");
}

#[test]
fn requests_without_an_answer_and_a_clock_that_is_off_are_said() {
    let mut plant = Plant::default();
    plant.birth("n", 0, 0);
    plant.0.rebirth_asked("G/n", at(1));
    assert_eq!(plant.view().troubled, 0, "the first one may be on its way");
    plant.0.rebirth_asked("G/n", at(40));
    let sent = payload(Some(at(0)), Some(1), &[]);
    plant.hear_raw("G/NDATA/n", &sent, 90);
    let row = plant.view().rows.remove(0);
    assert_eq!(briefs(&row), ["rebirth unanswered", "clock behind"]);
    assert!(
        row.findings[0].message.starts_with("2 of 2 rebirth"),
        "{row:?}"
    );
    let sent = payload(Some(at(1_000)), Some(2), &[]);
    plant.hear_raw("G/NDATA/n", &sent, 100);
    let row = plant.view().rows.remove(0);
    assert_eq!(briefs(&row), ["rebirth unanswered", "clock ahead"]);
}

#[test]
fn ten_thousand_nodes_are_cut_to_the_worst() {
    let mut plant = Plant::default();
    for number in 0..10_000 {
        plant.birth(&format!("n{number:05}"), 0, 0);
    }
    plant.death("n09999", 0, 1);
    let state = HostState::new("scada", at(0)).unwrap();
    plant.hear_raw("STATE/scada", &state.birth, 2);
    let view = plant.view();
    assert_eq!(
        (view.rows.len(), view.sources, view.troubled),
        (200, 10_000, 1)
    );
    assert_eq!(view.rows[0].id, "G/n09999");
    assert_eq!(view.rows[1].id, "G/n00000");
    let [host] = &view.hosts[..] else {
        panic!("{:?}", view.hosts);
    };
    assert_eq!(
        (host.id.as_str(), host.online, view.hosts_total),
        ("scada", true, 1)
    );
}
