//! A Thing: its affordances as signals of an asset type.

use twin_core::{Duration, Said, said};

use super::{
    form::{Common, Form, Outcome, Place, Uses, forms, text},
    schema::{self, DataSchema, Sort},
};
use crate::{
    plant::{AssetType, Role, SignalDef},
    signals::SCORE_SIGNAL,
    twin_file::{
        Collector, LeftOut, Rule, SIGNALS_MAX, VISITS_MAX,
        json::View,
        leave_out,
        naming::{Taken, id_of},
    },
    units::{Vocabulary, lookup},
};

/// What is silent for longer is stale, as in a plant file that does not say.
const STALE: Duration = Duration::from_secs(30);

/// Most ways to have a value that are kept.
const FORMS_MAX: usize = 16;

/// A thing that can be reached, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    /// Its URI.
    pub id: Option<String>,
    /// What it is called.
    pub title: String,
    /// What it is.
    pub description: Option<String>,
    /// The model that it was made by: where the link `type` leads, else what `version` says.
    pub model: Option<String>,
    /// The asset type. Its signals are the properties that can be read, and the events.
    pub asset_type: AssetType,
    /// Where each signal comes from, in the order of the asset type's signals.
    pub signals: Vec<ThingSignal>,
    /// Names of actions. They are never called.
    pub actions: Vec<String>,
    /// Links to other documents. They are never followed.
    pub links: Vec<Link>,
    /// What no signal can be made of, and why.
    pub left_out: Vec<LeftOut>,
}

/// Where a signal comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct ThingSignal {
    /// Name of the property or event, then names of fields inside the payload.
    pub path: Vec<String>,
    /// Whether it is an event.
    pub event: bool,
    /// Unit as the Thing Description has it.
    pub unit: Option<String>,
    /// What its values are called, by value as it is sent; empty unless they are listed.
    pub states: Vec<(String, String)>,
    /// Whether it says that others may set it. It is never set here.
    pub writable: bool,
    /// Ways to have it, those that are pushed first.
    pub forms: Vec<Form>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it is to the Thing, such as `type` or `manual`.
    pub rel: Option<String>,
    /// Where it leads, as written.
    pub href: String,
}

/// Reads the affordances of a Thing.
pub(super) struct Maker<'a, 'f> {
    pub(super) common: Common<'a>,
    pub(super) faults: &'f Collector,
    /// Takes what is found twice: every schema is judged once before signals are made of it.
    quiet: Collector,
    thing: Thing,
    taken: Taken,
    visits: usize,
    /// Whether there was more than that.
    cut: bool,
}

/// An affordance while its values are looked for.
struct Affordance<'p> {
    event: bool,
    writable: bool,
    forms: &'p [Form],
}

/// Names on the way to a value, for machines and for people.
#[derive(Clone, Default)]
struct Way {
    path: Vec<String>,
    labels: Vec<String>,
    /// What the last of them is, in a sentence.
    description: Option<String>,
}

impl Way {
    fn to(&self, name: &str, view: View<'_>) -> Way {
        let mut way = self.clone();
        way.path.push(name.to_owned());
        way.labels.push(label(member(view, "title"), name));
        way.description = member(view, "description").map(str::to_owned);
        way
    }
}

fn member<'a>(view: View<'a>, name: &str) -> Option<&'a str> {
    view.get(name).and_then(View::text)
}

fn label(text: Option<&str>, name: &str) -> String {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.unwrap_or(name).to_owned()
}

impl<'a, 'f> Maker<'a, 'f> {
    pub(super) fn new(common: Common<'a>, title: &str, faults: &'f Collector) -> Self {
        let mut taken = Taken::default();
        // The id of the score that an anomaly model may add later.
        taken.new_id(SCORE_SIGNAL.to_owned());
        Maker {
            common,
            faults,
            quiet: Collector::new(0),
            thing: Thing {
                id: None,
                title: title.to_owned(),
                description: None,
                model: None,
                asset_type: AssetType {
                    id: id_of(title, "thing"),
                    name: title.to_owned(),
                    dtmi: None,
                    model_file: None,
                    running: None,
                    signals: Vec::new(),
                    model: None,
                },
                signals: Vec::new(),
                actions: Vec::new(),
                links: Vec::new(),
                left_out: Vec::new(),
            },
            taken,
            visits: 0,
            cut: false,
        }
    }

    /// Reads a Thing whole.
    pub(super) fn thing(mut self, view: View<'a>) -> Thing {
        self.thing.id = text(view, "id", self.faults).map(str::to_owned);
        self.thing.description = text(view, "description", self.faults).map(str::to_owned);
        let version = view.get("version").and_then(|version| version.get("model"));
        self.thing.model = version.and_then(View::text).map(str::to_owned);
        self.links(view);
        for (name, property) in self.affordances(view, "properties") {
            self.property(name, property);
        }
        for (name, event) in self.affordances(view, "events") {
            self.event(name, event);
        }
        for (name, action) in self.affordances(view, "actions") {
            forms(action, Place::Action, &self.common, self.faults);
            self.judge(action, &["input", "output"]);
            if self.thing.actions.len() < SIGNALS_MAX {
                self.thing.actions.push(name.to_owned());
            } else {
                let why = said!("leftout-actions", "There are too many actions to list.");
                self.leave_out(name, why);
            }
        }
        if !forms(view, Place::Thing, &self.common, self.faults).is_empty() {
            let why = said!(
                "leftout-whole-forms",
                "Forms of the whole Thing are not used; those of each property are."
            );
            self.leave_out("forms", why);
        }
        if self.cut {
            let why = said!(
                "leftout-thing",
                "The Thing has more than {most} signals; the others are left out.",
                most = SIGNALS_MAX
            );
            self.leave_out("", why);
        }
        self.thing
    }

    /// Judges the data schemas of an affordance.
    fn judge(&self, affordance: View<'a>, names: &[&str]) {
        for data in names.iter().filter_map(|name| affordance.get(name)) {
            schema::check(data, self.faults);
        }
    }

    fn affordances(&self, thing: View<'a>, name: &str) -> Vec<(&'a str, View<'a>)> {
        let Some(view) = thing.get(name) else {
            return Vec::new();
        };
        if !view.is_object() {
            let text = format!("\"{name}\" has to be an object, each member one of them by name.");
            self.faults.add(view, Rule::ThingForm, text);
        }
        let mut good = Vec::new();
        for (member, affordance) in view.members() {
            if affordance.is_object() {
                good.push((member, affordance));
            } else {
                let text = format!("This has to be an object, but is {}.", affordance.sort());
                self.faults.add(affordance, Rule::ThingForm, text);
            }
        }
        good
    }

    fn links(&mut self, view: View<'a>) {
        let Some(list) = view.get("links") else {
            return;
        };
        let Some(items) = list.items() else {
            self.faults.add(
                list,
                Rule::ThingForm,
                "\"links\" has to be an array of objects.",
            );
            return;
        };
        for item in items {
            let Some(href) = item.get("href").and_then(View::text) else {
                self.faults.add(
                    item,
                    Rule::ThingRequired,
                    "A link needs \"href\" with a text.",
                );
                continue;
            };
            let rel = text(item, "rel", self.faults).map(str::to_owned);
            if rel.as_deref() == Some("type") {
                self.thing.model = Some(href.to_owned());
            }
            if self.thing.links.len() < SIGNALS_MAX {
                self.thing.links.push(Link {
                    rel,
                    href: href.to_owned(),
                });
            } else {
                let why = said!("leftout-links", "There are too many links to list.");
                self.leave_out("links", why);
            }
        }
    }

    fn leave_out(&mut self, path: &str, text: Said) {
        leave_out(&mut self.thing.left_out, path.to_owned(), text);
    }

    fn property(&mut self, name: &str, view: View<'a>) {
        schema::check(view, self.faults);
        let schema = schema::read(view, &self.quiet);
        schema::truth(view, "observable", self.faults);
        let place = Place::Property {
            readable: !schema.write_only,
            writable: schema.read_only != Some(true),
        };
        let all = forms(view, place, &self.common, self.faults);
        let writes = view.get("forms").is_some_and(|forms| {
            let forms = forms.items().into_iter().flatten();
            forms.filter_map(|form| form.get("op")).any(|op| {
                op.each()
                    .iter()
                    .any(|op| op.text() == Some("writeproperty"))
            })
        });
        let writable = schema.read_only == Some(false) || writes;
        if schema.write_only {
            let why = said!("leftout-written", "The property can only be written.");
            self.leave_out(name, why);
            return;
        }
        let forms = self.usable(name, all);
        if !forms.is_empty() {
            let affordance = Affordance {
                event: false,
                writable,
                forms: &forms,
            };
            self.value(&schema, &affordance, &Way::default().to(name, view));
        }
    }

    fn event(&mut self, name: &str, view: View<'a>) {
        let all = forms(view, Place::Event, &self.common, self.faults);
        let forms = self.usable(name, all);
        self.judge(
            view,
            &["data", "dataResponse", "subscription", "cancellation"],
        );
        let Some(data) = view.get("data") else {
            let why = said!("leftout-event", "The event says nothing of its values.");
            self.leave_out(name, why);
            return;
        };
        let schema = schema::read(data, &self.quiet);
        if !forms.is_empty() {
            let affordance = Affordance {
                event: true,
                writable: false,
                forms: &forms,
            };
            self.value(&schema, &affordance, &Way::default().to(name, view));
        }
    }

    /// The forms by which values can be had; says why there is none.
    fn usable(&mut self, name: &str, all: Vec<(Uses, Outcome)>) -> Vec<Form> {
        let mut usable = Vec::new();
        let mut why = None;
        for (uses, outcome) in all {
            match outcome {
                Ok(form) if uses.read || uses.pushed => usable.push((!uses.pushed, form)),
                Ok(_) => {}
                Err(text) if uses.read || uses.pushed => why = why.or(Some(text)),
                Err(_) => {}
            }
        }
        if usable.is_empty() {
            let none = || said!("leftout-unread", "No form reads its values.");
            self.leave_out(name, why.unwrap_or_else(none));
        }
        usable.sort_by_key(|(asked, _)| *asked);
        if usable.len() > FORMS_MAX {
            usable.truncate(FORMS_MAX);
            let why = said!(
                "leftout-forms",
                "Only its first {most} forms are kept.",
                most = FORMS_MAX
            );
            self.leave_out(name, why);
        }
        usable.into_iter().map(|(_, form)| form).collect()
    }

    fn value(&mut self, schema: &DataSchema<'a>, affordance: &Affordance<'_>, way: &Way) {
        self.visits += 1;
        if self.visits > VISITS_MAX || self.thing.signals.len() >= SIGNALS_MAX {
            self.cut = true;
            return;
        }
        match schema.sort {
            Sort::Object => {
                for (name, field) in schema::fields(schema.view) {
                    let way = way.to(name, field);
                    let inner = schema::read(field, &self.quiet);
                    self.value(&inner, affordance, &way);
                }
            }
            Sort::Array => {
                let why = said!("leftout-array", "An Array is no single value.");
                self.leave_out(&way.path.join("."), why);
            }
            _ => self.signal(schema, affordance, way),
        }
    }

    fn signal(&mut self, schema: &DataSchema<'a>, affordance: &Affordance<'_>, way: &Way) {
        let number = schema.states.is_empty() && matches!(schema.sort, Sort::Number | Sort::Whole);
        let role = match (affordance.writable, number) {
            (true, _) => Role::Setpoint,
            (false, true) => Role::Measurement,
            (false, false) => Role::State,
        };
        let decimals = match schema.sort {
            Sort::Number if number => schema.decimals.unwrap_or(1),
            _ => 0,
        };
        let ids: Vec<String> = way.path.iter().map(|name| id_of(name, "x")).collect();
        self.thing.asset_type.signals.push(SignalDef {
            id: self.taken.new_id(ids.join("_")),
            name: way.labels.join(" / "),
            description: way.description.clone(),
            short_name: None,
            unit: schema.unit.map(display_unit).unwrap_or_default(),
            display_unit: None,
            role,
            step: !number,
            range: schema.range.filter(|_| number),
            normal: None,
            decimals,
            stale_after: STALE,
            key: false,
            alarms: Vec::new(),
        });
        self.thing.signals.push(ThingSignal {
            path: way.path.clone(),
            event: affordance.event,
            unit: schema.unit.map(str::to_owned),
            states: schema.states.clone(),
            writable: affordance.writable,
            forms: affordance.forms.to_vec(),
        });
    }
}

/// The unit as it is shown. A Thing Description may write it in any vocabulary, so what more than one knows counts in
/// the order people, UCUM, terms; what none knows stays as it is.
fn display_unit(text: &str) -> String {
    let tail = text.rsplit([':', '/', '#']).next().unwrap_or(text);
    let known = lookup(text, Vocabulary::Written)
        .or_else(|| lookup(text, Vocabulary::Ucum))
        .or_else(|| lookup(tail, Vocabulary::Dtdl));
    known.map_or(text, |known| known.display).to_owned()
}
