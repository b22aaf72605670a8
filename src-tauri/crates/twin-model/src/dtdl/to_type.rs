//! An Interface as an asset type of the plant.

use std::collections::HashSet;

use twin_core::{Duration, Said, said};

use super::{
    model::{
        About, Content, ContentKind, EnumLiteral, EnumValue, Field, Interface, Model, Schema,
        SchemaId,
    },
    schemas::Primitive,
};
use crate::{
    plant::{AssetType, Role, SignalDef},
    signals::SCORE_SIGNAL,
    twin_file::{
        LeftOut, SIGNALS_MAX, VISITS_MAX, leave_out,
        naming::{Taken, id_of},
    },
    units::{Vocabulary, lookup},
};

/// Telemetry that is silent for longer is stale, as in a plant file that does not say.
const TELEMETRY_STALE: Duration = Duration::from_secs(30);
/// A Property is sent when it changes, which may be seldom.
const PROPERTY_STALE: Duration = Duration::from_secs(86_400);

/// What an Interface says about things of its kind.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeProposal {
    /// The asset type. Its signals are Telemetry and Properties, inherited ones and those of Components included.
    pub asset_type: AssetType,
    /// Where each signal comes from, in the order of the asset type's signals.
    pub origins: Vec<Origin>,
    /// Relationships, inherited ones included.
    pub relationships: Vec<RelationshipEnd>,
    /// Names of Commands. They are never called.
    pub commands: Vec<String>,
    /// What no signal can be made of, and why.
    pub left_out: Vec<LeftOut>,
}

/// Where a signal comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// Names from the Interface to the value, such as `["motor", "position", "x"]`: Components, then the content, then
    /// fields.
    pub path: Vec<String>,
    /// Quantity, such as `Temperature`.
    pub quantity: Option<&'static str>,
    /// Term of the unit, such as `degreeCelsius`.
    pub unit: Option<&'static str>,
    /// What its values are called, by value as it is sent; empty unless it is an Enum.
    pub states: Vec<(String, String)>,
    /// Whether it is a Property that others may set. It is never set here.
    pub writable: bool,
    /// Schema of the values.
    pub schema: Option<Primitive>,
}

/// A Relationship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationshipEnd {
    /// Name.
    pub name: String,
    /// Name for people.
    pub label: String,
    /// Identifier of the Interface that it leads to; none means any.
    pub target: Option<String>,
}

impl Model {
    /// The asset type that an Interface stands for; none when there is no Interface at this place.
    #[must_use]
    pub fn to_type(&self, interface: usize) -> Option<TypeProposal> {
        let from = self.interfaces.get(interface)?;
        let (base, _) = from.id.split_once(';').unwrap_or((&from.id, ""));
        let last = base.rsplit(':').next().unwrap_or(base);
        let asset_type = AssetType {
            id: id_of(last, "type"),
            name: label(from.about.display_name.text(), last),
            dtmi: Some(from.id.clone()),
            running: None,
            signals: Vec::new(),
            model_file: None,
            model: None,
        };
        let mut maker = Maker {
            model: self,
            proposal: TypeProposal {
                asset_type,
                origins: Vec::new(),
                relationships: Vec::new(),
                commands: Vec::new(),
                left_out: Vec::new(),
            },
            taken: Taken::default(),
            open: HashSet::new(),
            visits: 0,
            cut: false,
        };
        // The id of the score that an anomaly model may add later.
        maker.taken.new_id(SCORE_SIGNAL.to_owned());
        for (_, content) in self.contents(interface) {
            maker.content(content, &Way::default());
        }
        if maker.cut {
            let text = said!(
                "leftout-interface",
                "The Interface has more than {most} signals; the others are left out.",
                most = SIGNALS_MAX
            );
            maker.leave_out(&Way::default(), text);
        }
        Some(maker.proposal)
    }
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
    fn to(&self, name: &str, about: &About) -> Way {
        let mut way = self.clone();
        way.path.push(name.to_owned());
        way.labels.push(label(about.display_name.text(), name));
        way.description = about.description.text().map(str::to_owned);
        way
    }
}

/// What all values of a content have in common.
#[derive(Clone, Copy)]
struct Kind {
    property: bool,
    writable: bool,
    quantity: Option<&'static str>,
    unit: Option<&'static str>,
}

struct Maker<'m> {
    model: &'m Model,
    proposal: TypeProposal,
    taken: Taken,
    /// Schemas around the place looked at: DTDL v4 lets one hold itself.
    open: HashSet<SchemaId>,
    visits: usize,
    /// Whether there was more than that.
    cut: bool,
}

impl Maker<'_> {
    fn content(&mut self, content: &Content, way: &Way) {
        let way = way.to(&content.name, &content.about);
        let kind = Kind {
            property: matches!(content.kind, ContentKind::Property { .. }),
            writable: matches!(content.kind, ContentKind::Property { writable: true, .. }),
            quantity: content.quantity,
            unit: content.unit,
        };
        match &content.kind {
            ContentKind::Telemetry(schema) | ContentKind::Property { schema, .. } => {
                self.value(*schema, kind, &way);
            }
            ContentKind::Command { .. } => self.proposal.commands.push(way.path.join(".")),
            ContentKind::Component(interface) => self.component(*interface, &way),
            ContentKind::Relationship { target, .. } => {
                self.proposal.relationships.push(RelationshipEnd {
                    name: way.path.join("."),
                    label: way.labels.join(" / "),
                    target: target.clone(),
                });
            }
        }
    }

    /// The contents of a Component's Interface, which has no Components itself.
    fn component(&mut self, interface: usize, way: &Way) {
        let model = self.model;
        for (_, content) in model.contents(interface) {
            if !matches!(content.kind, ContentKind::Component(_)) {
                self.content(content, way);
            }
        }
    }

    fn value(&mut self, id: SchemaId, kind: Kind, way: &Way) {
        self.visits += 1;
        let full = self.proposal.origins.len() >= SIGNALS_MAX;
        if full || self.visits > VISITS_MAX {
            self.cut = true;
            return;
        }
        let model = self.model;
        match model.schema(id) {
            Some(Schema::Primitive(primitive))
                if primitive.is_place() || primitive.is_partner() =>
            {
                let why = said!(
                    "leftout-schema",
                    "A {schema} is no single value.",
                    schema = primitive.term()
                );
                self.leave_out(way, why);
            }
            Some(Schema::Primitive(primitive)) => {
                self.signal(way, kind, Some(*primitive), Vec::new())
            }
            Some(Schema::Units(_)) => self.signal(way, kind, None, Vec::new()),
            Some(Schema::Enum {
                value_schema,
                values,
            }) => {
                self.signal(way, kind, Some(*value_schema), states(values));
            }
            Some(Schema::Object(fields)) => self.fields(id, fields, kind, way),
            Some(Schema::Array(_)) => {
                self.leave_out(way, said!("leftout-array", "An Array is no single value."));
            }
            Some(Schema::Map { .. }) => {
                let why = said!("leftout-map", "A Map has names that only its values tell.");
                self.leave_out(way, why);
            }
            None => {}
        }
    }

    fn fields(&mut self, id: SchemaId, fields: &[Field], kind: Kind, way: &Way) {
        if !self.open.insert(id) {
            let why = said!(
                "leftout-endless",
                "The schema holds itself, without an end."
            );
            self.leave_out(way, why);
            return;
        }
        for field in fields {
            let kind = Kind {
                quantity: field.quantity,
                unit: field.unit,
                ..kind
            };
            let way = way.to(&field.name, &field.about);
            self.value(field.schema, kind, &way);
        }
        self.open.remove(&id);
    }

    fn leave_out(&mut self, way: &Way, text: Said) {
        leave_out(&mut self.proposal.left_out, way.path.join("."), text);
    }

    fn signal(
        &mut self,
        way: &Way,
        kind: Kind,
        schema: Option<Primitive>,
        states: Vec<(String, String)>,
    ) {
        let number = states.is_empty() && schema.is_some_and(Primitive::is_number);
        let whole = number && schema.is_some_and(Primitive::is_whole);
        let role = match (kind.writable, number) {
            (true, _) => Role::Setpoint,
            (false, true) => Role::Measurement,
            (false, false) => Role::State,
        };
        let ids: Vec<String> = way.path.iter().map(|name| id_of(name, "x")).collect();
        let unit = kind.unit.map_or_else(String::new, |term| {
            lookup(term, Vocabulary::Dtdl)
                .map_or(term, |known| known.display)
                .to_owned()
        });
        self.proposal.asset_type.signals.push(SignalDef {
            id: self.taken.new_id(ids.join("_")),
            name: way.labels.join(" / "),
            description: way.description.clone(),
            short_name: None,
            unit,
            display_unit: None,
            role,
            step: kind.property || !number,
            range: None,
            normal: None,
            decimals: u8::from(number && !whole),
            stale_after: match kind.property {
                true => PROPERTY_STALE,
                false => TELEMETRY_STALE,
            },
            key: false,
            alarms: Vec::new(),
        });
        self.proposal.origins.push(Origin {
            path: way.path.clone(),
            quantity: kind.quantity,
            unit: kind.unit,
            states,
            writable: kind.writable,
            schema,
        });
    }
}

fn states(values: &[EnumValue]) -> Vec<(String, String)> {
    values
        .iter()
        .map(|value| {
            let sent = match &value.value {
                EnumLiteral::Number(number) => number.to_string(),
                EnumLiteral::Text(text) => text.clone(),
            };
            (sent, label(value.about.display_name.text(), &value.name))
        })
        .collect()
}

fn label(text: Option<&str>, name: &str) -> String {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.unwrap_or(name).to_owned()
}

impl Interface {
    /// Name for people.
    #[must_use]
    pub fn label(&self) -> String {
        label(self.about.display_name.text(), &self.id)
    }
}
