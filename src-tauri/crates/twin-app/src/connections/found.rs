//! What looks at the other side of a connection found, as people see it.

use std::collections::HashSet;

use twin_connect::{
    Expiry, FilterSample,
    coap::{self, Links, media_type},
};
use twin_core::{Said, said};
use twin_model::Limits;

use crate::api::{
    connection::{ExpiryView, NoticeView},
    look::{BranchView, FilterView, OfferView, OfferedView},
    said::SaidView,
};

/// So many branches are shown.
const BRANCHES_MAX: usize = 50;
/// So many resources are shown.
const OFFERED_MAX: usize = 500;
/// Where a device says what it has (RFC 6690, section 4): no resource to be read.
const WELL_KNOWN: &str = "/.well-known/core";

/// The end of something that has to be renewed before.
pub fn expiry_view(end: Expiry) -> ExpiryView {
    ExpiryView {
        near: end.is_near(),
        at: end.at.micros() as f64,
        days: end.days as f64,
        what: end.what.into(),
    }
}

/// What a filter brought, and where that would reach the connection's `limits`.
pub fn filter_view(sample: FilterSample, limits: &Limits) -> FilterView {
    let doubts = doubts(&sample, limits);
    let branch = |branch: twin_connect::Branch| BranchView {
        name: branch.name,
        topics: branch.topics as f64,
        messages: branch.messages as f64,
        bytes: branch.bytes as f64,
    };
    let cut = sample.branches.iter().skip(BRANCHES_MAX);
    let cut: u64 = cut.map(|branch| branch.messages).sum();
    let seconds = sample.seconds.max(1e-3);
    FilterView {
        seconds: sample.seconds,
        capped: sample.capped,
        topics: sample.topics as f64,
        topics_capped: sample.topics_capped,
        known_topics: sample.known_topics as f64,
        messages_per_s: sample.messages_per_s,
        known_messages_per_s: sample.known_messages as f64 / seconds,
        bytes_per_s: sample.bytes_per_s,
        retained: sample.retained as f64,
        largest_payload: sample.largest_payload as f64,
        elsewhere: (sample.elsewhere + cut) as f64,
        branches: sample
            .branches
            .into_iter()
            .take(BRANCHES_MAX)
            .map(branch)
            .collect(),
        filter: sample.filter,
        doubts,
    }
}

fn kilobytes(bytes: f64) -> String {
    format!("{:.1}", bytes / 1e3)
}

/// Where a filter would reach the limits of the connection.
fn doubts(sample: &FilterSample, limits: &Limits) -> Vec<NoticeView> {
    let own = twin_payload::Limits::default();
    let topics = limits.topics.map_or(own.topics as u64, u64::from);
    let packet = limits.packet.unwrap_or(own.payload_bytes as u64);
    let doubt = |(message, advice): (Said, Said)| NoticeView {
        message: message.into(),
        advice: advice.into(),
    };
    let many = (sample.topics >= topics || sample.topics_capped).then(|| many_topics(topics));
    let largest = sample.largest_payload as u64;
    let large = (largest > packet).then(|| large_message(largest, packet));
    let rate = limits.rate.map(f64::from);
    let fast = rate.filter(|rate| sample.messages_per_s > *rate);
    let fast = fast.map(|rate| too_many(sample.messages_per_s, rate));
    let bytes = limits.rate_bytes.map(|rate| rate as f64);
    let wide = bytes.filter(|rate| sample.bytes_per_s > *rate);
    let wide = wide.map(|rate| too_much(sample.bytes_per_s, rate));
    let all = [many, large, fast, wide].into_iter().flatten();
    all.map(doubt).collect()
}

fn many_topics(topics: u64) -> (Said, Said) {
    (
        said!(
            "look-doubt-topics",
            "it brings at least as many topics as the connection may have ({topics})",
            topics = topics
        ),
        said!(
            "look-doubt-topics-advice",
            "Name narrower topics, or raise the limit on topics."
        ),
    )
}

fn large_message(largest: u64, packet: u64) -> (Said, Said) {
    (
        said!(
            "look-doubt-size",
            "its largest message has {size} kB, and the connection takes {limit} kB",
            size = kilobytes(largest as f64),
            limit = kilobytes(packet as f64)
        ),
        said!(
            "look-doubt-size-advice",
            "Raise the limit on messages, or leave that topic out."
        ),
    )
}

fn too_many(rate: f64, limit: f64) -> (Said, Said) {
    (
        said!(
            "look-doubt-rate",
            "it brings {rate} messages a second, and the connection takes {limit}",
            rate = rate.round() as u64,
            limit = limit as u64
        ),
        said!(
            "look-doubt-rate-advice",
            "Raise the limit on messages a second, or name narrower topics."
        ),
    )
}

fn too_much(rate: f64, limit: f64) -> (Said, Said) {
    (
        said!(
            "look-doubt-data",
            "it brings {size} kB a second, and the connection takes {limit} kB",
            size = kilobytes(rate),
            limit = kilobytes(limit)
        ),
        said!(
            "look-doubt-data-advice",
            "Raise the limit on data a second, or name narrower topics."
        ),
    )
}

/// What a device has that can be read on this connection; each path once.
pub fn offer_view(links: Links) -> OfferView {
    let total = links.links.len() + links.left_out;
    let mut seen = HashSet::new();
    let is_own = |link: &coap::Link| {
        link.path.starts_with('/') && link.path != WELL_KNOWN && seen.insert(link.path.clone())
    };
    let known = links.links.iter().filter(|link| link.path == WELL_KNOWN);
    let known = known.count();
    let resources: Vec<OfferedView> = links
        .links
        .into_iter()
        .filter(is_own)
        .take(OFFERED_MAX)
        .map(offered)
        .collect();
    OfferView {
        left_out: (total - known - resources.len()) as f64,
        resources,
    }
}

fn offered(link: coap::Link) -> OfferedView {
    let format = link.content_format.map(|number| match media_type(number) {
        Some(name) => Said::from(name),
        None => said!(
            "look-offered-format",
            "content format {number}",
            number = number.to_string()
        ),
    });
    let size = link.size.map(|bytes| {
        said!(
            "look-offered-size",
            "about {size} bytes",
            size = u64::from(bytes)
        )
    });
    let own = |text: Option<String>| text.map(Said::from);
    let about = [
        own(link.title),
        own(link.resource_type),
        own(link.interface),
        format,
        size,
    ];
    OfferedView {
        path: link.path,
        observable: link.observable,
        about: about
            .into_iter()
            .flatten()
            .filter(|said| !said.is_empty())
            .map(SaidView::from)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use twin_connect::Branch;

    use super::*;

    fn sample() -> FilterSample {
        let branch = |number: u64| Branch {
            name: format!("b{number}"),
            topics: 1,
            messages: 100 - number,
            bytes: 10,
        };
        FilterSample {
            filter: "plant/#".into(),
            seconds: 10.0,
            topics: 60,
            messages: 5_000,
            messages_per_s: 500.0,
            bytes_per_s: 2e4,
            largest_payload: 2_000_000,
            branches: (0..60).map(branch).collect(),
            elsewhere: 7,
            known_topics: 20,
            known_messages: 1_000,
            ..FilterSample::default()
        }
    }

    #[test]
    fn what_is_not_shown_of_a_sample_is_counted() {
        let view = filter_view(sample(), &Limits::default());
        assert_eq!(view.branches.len(), BRANCHES_MAX);
        let cut: u64 = (50..60).map(|number| 100 - number).sum();
        assert_eq!(view.elsewhere, (7 + cut) as f64);
        assert_eq!(
            (view.known_topics, view.known_messages_per_s),
            (20.0, 100.0)
        );
    }

    #[test]
    fn limits_that_a_filter_would_reach_are_named() {
        let limits = Limits {
            topics: Some(60),
            rate: Some(499),
            rate_bytes: Some(19_999),
            ..Limits::default()
        };
        let found = filter_view(sample(), &limits).doubts;
        let words = [
            "topics",
            "largest message",
            "500 messages a second",
            "20.0 kB a second",
        ];
        assert_eq!(found.len(), words.len(), "{found:?}");
        for (doubt, word) in found.iter().zip(words) {
            assert!(doubt.message.contains(word), "{doubt:?}");
            assert!(!doubt.advice.is_empty());
        }
        let wide = Limits {
            packet: Some(3_000_000),
            ..Limits::default()
        };
        assert_eq!(filter_view(sample(), &wide).doubts, []);
    }

    #[test]
    fn what_a_device_has_is_listed_without_what_cannot_be_read() {
        let link = |path: &str| coap::Link {
            path: path.into(),
            title: Some("Level".into()),
            content_format: Some(50),
            ..coap::Link::default()
        };
        let paths = ["/level", WELL_KNOWN, "coap://other/x", "/level"];
        let view = offer_view(Links {
            links: paths.into_iter().map(link).collect(),
            left_out: 2,
        });
        let [level] = &view.resources[..] else {
            panic!("{view:?}");
        };
        let about: Vec<&str> = level.about.iter().map(|said| &**said).collect();
        assert_eq!(about, ["Level", "application/json"]);
        assert_eq!(view.left_out, 4.0);
        let many = (0..600).map(|number| link(&format!("/{number}"))).collect();
        let view = offer_view(Links {
            links: many,
            left_out: 0,
        });
        assert_eq!((view.resources.len(), view.left_out), (500, 100.0));
    }
}
