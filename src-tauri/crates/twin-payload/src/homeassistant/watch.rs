//! Whether described devices are there, as topics of availability say.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    entity::expand,
    names::Options,
    template::{self, Meaning},
};
use crate::{
    bare,
    describe::Texts,
    description::Presence,
    json::{Flat, TimeNames},
    limits::Limits,
    observations::Cell,
};

/// How several topics of availability make one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// All of them must say that it is there.
    All,
    /// One is enough.
    Any,
    /// The last one holds.
    #[default]
    Latest,
}

/// What to look for on a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Watch {
    pub(super) topic: Arc<str>,
    online: Arc<str>,
    offline: Arc<str>,
    /// Where the word stands in a message.
    path: Box<str>,
}

impl Watch {
    pub(super) fn bytes(&self) -> usize {
        self.topic.len() + self.online.len() + self.offline.len() + self.path.len()
    }

    fn says(&self, payload: &[u8], limits: &Limits, flat: &mut Flat) -> Option<bool> {
        let text = bare::text(payload).ok()?;
        if self.path.is_empty() {
            return self.word(text);
        }
        flat.read(text, limits, TimeNames::TIME).ok()?;
        let mut values = flat.values();
        let found = values.find(|value| *value.path == *self.path)?;
        match found.value {
            Cell::Text(text) => self.word(text),
            Cell::Bool(true) => self.word("True").or(self.word("true")),
            Cell::Bool(false) => self.word("False").or(self.word("false")),
            Cell::F64(number) => self.word(&number.to_string()),
            _ => None,
        }
    }

    fn word(&self, text: &str) -> Option<bool> {
        if *text == *self.online {
            Some(true)
        } else if *text == *self.offline {
            Some(false)
        } else {
            None
        }
    }
}

/// Topics of availability of an entity or a device, and how they go together.
pub(super) fn watches(
    options: &Options<'_>,
    base: &str,
    texts: &mut Texts<'_>,
) -> (Mode, Vec<Watch>) {
    let mode = match options.text("availability_mode") {
        Some("all") => Mode::All,
        Some("any") => Mode::Any,
        _ => Mode::Latest,
    };
    let mut found = Vec::from_iter(watch(options, "availability_topic", base, texts));
    let list = options.get("availability");
    let objects = list.into_iter().flat_map(|list| {
        let alone = list.is_object().then_some(list);
        let several = list.is_array().then(|| list.children());
        alone.into_iter().chain(several.into_iter().flatten())
    });
    for object in objects {
        found.extend(watch(&Options::of(object), "topic", base, texts));
    }
    (mode, found)
}

/// None when there is no topic, or its template is not understood.
fn watch(options: &Options<'_>, name: &str, base: &str, texts: &mut Texts<'_>) -> Option<Watch> {
    let topic = expand(options.text(name)?, base, texts)?;
    let template = match name {
        "topic" => options.text("value_template"),
        _ => options.text("availability_template"),
    };
    let taken = template::read(template);
    if taken.meaning != Meaning::Plain {
        texts.skipped += 1;
        return None;
    }
    let mut word = |name, usual| texts.of(options.text(name).unwrap_or(usual));
    Some(Watch {
        topic,
        online: word("payload_available", "online")?,
        offline: word("payload_not_available", "offline")?,
        path: taken.path.into(),
    })
}

/// All topics of availability, and what they last said.
#[derive(Debug, Default)]
pub(super) struct Watches {
    topics: HashMap<Arc<str>, BTreeMap<Arc<str>, Watched>>,
    sources: BTreeMap<Arc<str>, Source>,
}

/// A topic as one source means it.
#[derive(Debug)]
struct Watched {
    watch: Watch,
    /// Configurations of the source that name it.
    named: usize,
    said: Option<bool>,
}

#[derive(Debug, Default)]
struct Source {
    mode: Mode,
    topics: BTreeSet<Arc<str>>,
}

impl Watches {
    pub(super) fn has(&self, topic: &str) -> bool {
        self.topics.contains_key(topic)
    }

    /// Adds what a configuration of a source names.
    pub(super) fn add(&mut self, source: &Arc<str>, mode: Mode, watches: &[Watch]) {
        for watch in watches {
            let sources = self.topics.entry(Arc::clone(&watch.topic)).or_default();
            let watched = sources
                .entry(Arc::clone(source))
                .or_insert_with(|| Watched {
                    watch: watch.clone(),
                    named: 0,
                    said: None,
                });
            watched.named += 1;
            watched.watch = watch.clone();
            let source = self.sources.entry(Arc::clone(source)).or_default();
            source.mode = mode;
            source.topics.insert(Arc::clone(&watch.topic));
        }
    }

    /// Takes back what a configuration of a source named.
    pub(super) fn remove(&mut self, source: &Arc<str>, watches: &[Watch]) {
        for watch in watches {
            let Some(sources) = self.topics.get_mut(&watch.topic) else {
                continue;
            };
            let Some(watched) = sources.get_mut(source) else {
                continue;
            };
            watched.named -= 1;
            if watched.named > 0 {
                continue;
            }
            sources.remove(source);
            if sources.is_empty() {
                self.topics.remove(&watch.topic);
            }
            if let Some(of) = self.sources.get_mut(source) {
                of.topics.remove(&watch.topic);
                if of.topics.is_empty() {
                    self.sources.remove(source);
                }
            }
        }
    }

    /// Takes what was said on a topic; gives the sources for which that is an answer, and the answer.
    pub(super) fn hear(
        &mut self,
        topic: &str,
        payload: &[u8],
        limits: &Limits,
        flat: &mut Flat,
    ) -> Vec<(Arc<str>, Presence)> {
        let Some(sources) = self.topics.get_mut(topic) else {
            return vec![];
        };
        let mut changed = vec![];
        for (source, watched) in sources {
            if let Some(said) = watched.watch.says(payload, limits, flat) {
                watched.said = Some(said);
                changed.push((Arc::clone(source), said));
            }
        }
        let answers = changed.into_iter().filter_map(|(source, said)| {
            let presence = self.presence(&source, Some(said))?;
            Some((source, presence))
        });
        answers.collect()
    }

    /// As [`hear`](Self::hear), of a source whose configuration came after what its topics say.
    pub(super) fn catch_up<'w>(
        &mut self,
        source: &Arc<str>,
        last: impl Fn(&str) -> Option<&'w [u8]>,
        limits: &Limits,
        flat: &mut Flat,
    ) -> Option<Presence> {
        let topics: Vec<Arc<str>> = self.sources.get(source)?.topics.iter().cloned().collect();
        let mut is_news = false;
        for topic in topics {
            let watched = self.topics.get_mut(&topic)?.get_mut(source)?;
            if watched.said.is_none()
                && let Some(payload) = last(&topic)
            {
                watched.said = watched.watch.says(payload, limits, flat);
                is_news |= watched.said.is_some();
            }
        }
        is_news.then(|| self.presence(source, None)).flatten()
    }

    /// Whether a source is there, `latest` being what was said last; none when that is not told.
    fn presence(&self, source: &Arc<str>, latest: Option<bool>) -> Option<Presence> {
        let of = self.sources.get(source)?;
        let said = |topic: &Arc<str>| self.topics.get(topic)?.get(source)?.said;
        let mut all = of.topics.iter().map(said);
        let there = match of.mode {
            Mode::Latest if latest.is_some() => latest?,
            // In which order they were said is not known: only what all of them say.
            Mode::Latest => {
                let first = all.next()??;
                all.all(|other| other == Some(first)).then_some(first)?
            }
            Mode::All if all.clone().any(|said| said == Some(false)) => false,
            Mode::All => all.all(|said| said == Some(true)).then_some(true)?,
            Mode::Any if all.clone().any(|said| said == Some(true)) => true,
            Mode::Any => all.all(|said| said == Some(false)).then_some(false)?,
        };
        Some(if there {
            Presence::Online
        } else {
            Presence::Offline
        })
    }
}
