//! Elements without faults turned into a model.

use std::collections::HashMap;

use super::{
    element::{Element, Link, To},
    graph::Graph,
    inherit::Inherited,
    lang::Class,
    literal,
    model::{
        About, Content, ContentKind, EnumLiteral, EnumValue, Field, Interface, Model, Schema,
        SchemaId, Texts,
    },
    schemas::Primitive,
};

/// Builds the model of elements that broke no rule.
pub(super) fn build(graph: &Graph<'_, '_>, inherited: &Inherited) -> Model {
    let places = graph
        .of(Class::Interface)
        .enumerate()
        .map(|(place, (index, _))| (index, place))
        .collect();
    let mut builder = Builder {
        graph,
        places,
        elements: HashMap::new(),
        primitives: HashMap::new(),
        units: HashMap::new(),
        schemas: Vec::new(),
    };
    builder.reserve();
    let interfaces = graph
        .of(Class::Interface)
        .map(|(index, element)| builder.interface(index, element, inherited.ancestors(index)))
        .collect();
    Model {
        interfaces,
        schemas: builder.schemas,
    }
}

struct Builder<'g, 'e, 'a> {
    graph: &'g Graph<'e, 'a>,
    /// Place of each Interface among the Interfaces.
    places: HashMap<u32, usize>,
    /// Schema of each element that is one.
    elements: HashMap<u32, SchemaId>,
    primitives: HashMap<Primitive, SchemaId>,
    units: HashMap<&'static str, SchemaId>,
    schemas: Vec<Schema>,
}

impl<'e, 'a> Builder<'_, 'e, 'a> {
    /// Gives every schema a number first, so that one may refer to another, or to itself.
    fn reserve(&mut self) {
        use Class::*;
        let graph = self.graph;
        let mut complex = Vec::new();
        for (index, element) in (0u32..).zip(graph.elements) {
            if let Some(Array | Enum | Map | Object) = element.class {
                let id = self.push(Schema::Object(Vec::new()));
                self.elements.insert(index, id);
                complex.push((index, element, id));
            }
        }
        for (index, element, id) in complex {
            let schema = self.schema(index, element);
            if let Some(place) = self.schemas.get_mut(id.0 as usize) {
                *place = schema;
            }
        }
    }

    fn push(&mut self, schema: Schema) -> SchemaId {
        let id = SchemaId(u32::try_from(self.schemas.len()).unwrap_or(u32::MAX));
        self.schemas.push(schema);
        id
    }

    fn schema(&mut self, index: u32, element: &Element<'a>) -> Schema {
        match element.class {
            Some(Class::Array) => Schema::Array(self.linked(index, "elementSchema")),
            Some(Class::Enum) => Schema::Enum {
                value_schema: element.value_schema.unwrap_or(Primitive::String),
                values: self.each(index, "enumValues").filter_map(value).collect(),
            },
            Some(Class::Map) => {
                let key = self.each(index, "mapKey").next();
                let value = self.graph.linked(index, "mapValue").next();
                Schema::Map {
                    key: key.map_or_else(String::new, |(_, key)| name(key)),
                    value: value
                        .and_then(|value| self.field(value))
                        .unwrap_or_else(|| self.nothing()),
                }
            }
            _ => {
                let fields: Vec<u32> = self.graph.linked(index, "fields").collect();
                Schema::Object(fields.into_iter().filter_map(|at| self.field(at)).collect())
            }
        }
    }

    /// Stands where a checked model always has something.
    fn nothing(&mut self) -> Field {
        Field {
            name: String::new(),
            about: About::default(),
            quantity: None,
            unit: None,
            schema: self.primitive(Primitive::String),
        }
    }

    fn primitive(&mut self, primitive: Primitive) -> SchemaId {
        if let Some(id) = self.primitives.get(&primitive) {
            return *id;
        }
        let id = self.push(Schema::Primitive(primitive));
        self.primitives.insert(primitive, id);
        id
    }

    /// The schema that a property of an element leads to.
    fn linked(&mut self, index: u32, term: &str) -> SchemaId {
        let standard = self.graph.element(index).and_then(|element| {
            let mut links = element.linked(term);
            links.next().map(|link: &Link<'a>| link.to)
        });
        match standard {
            Some(To::Primitive(primitive)) => self.primitive(primitive),
            Some(To::Units(units)) => {
                if let Some(id) = self.units.get(units) {
                    return *id;
                }
                let id = self.push(Schema::Units(units));
                self.units.insert(units, id);
                id
            }
            _ => {
                let to = self.graph.linked(index, term).next();
                let id = to.and_then(|to| self.elements.get(&to)).copied();
                id.unwrap_or_else(|| self.primitive(Primitive::String))
            }
        }
    }

    fn each(&self, index: u32, term: &'static str) -> impl Iterator<Item = (u32, &'e Element<'a>)> {
        let graph = self.graph;
        graph
            .linked(index, term)
            .filter_map(|at| graph.element(at).map(|element| (at, element)))
    }

    fn field(&mut self, index: u32) -> Option<Field> {
        let element = self.graph.element(index)?;
        Some(Field {
            name: name(element),
            about: about(element),
            quantity: element.quantity.map(|quantity| quantity.name),
            unit: element.unit,
            schema: self.linked(index, "schema"),
        })
    }

    fn interface(&mut self, index: u32, element: &Element<'a>, ancestors: &[u32]) -> Interface {
        let place = |at: u32| self.places.get(&at).copied();
        Interface {
            id: element.id.unwrap_or_default().to_owned(),
            version: element.version,
            about: about(element),
            cotypes: element
                .cotypes
                .iter()
                .map(|cotype| (*cotype).to_owned())
                .collect(),
            extends: self
                .graph
                .linked(index, "extends")
                .filter_map(place)
                .collect(),
            ancestors: ancestors.iter().filter_map(|at| place(*at)).collect(),
            contents: self.contents(index, "contents"),
        }
    }

    fn contents(&mut self, index: u32, term: &'static str) -> Vec<Content> {
        let all: Vec<(u32, &Element<'a>)> = self.each(index, term).collect();
        all.into_iter()
            .filter_map(|(at, element)| self.content(at, element))
            .collect()
    }

    fn content(&mut self, index: u32, element: &Element<'a>) -> Option<Content> {
        let graph = self.graph;
        let first = |term: &'static str| graph.linked(index, term).next();
        let kind = match element.class? {
            Class::Telemetry => ContentKind::Telemetry(self.linked(index, "schema")),
            Class::Property => ContentKind::Property {
                schema: self.linked(index, "schema"),
                writable: element.writable,
            },
            Class::Command => ContentKind::Command {
                request: first("request").and_then(|at| self.field(at)).map(Box::new),
                response: first("response")
                    .and_then(|at| self.field(at))
                    .map(Box::new),
            },
            Class::Component => {
                let interface = first("schema")?;
                ContentKind::Component(self.places.get(&interface).copied()?)
            }
            Class::Relationship => ContentKind::Relationship {
                target: element.target.map(str::to_owned),
                most: element.max_multiplicity,
                properties: self.contents(index, "properties"),
            },
            _ => return None,
        };
        Some(Content {
            id: element.id.map(str::to_owned),
            name: name(element),
            about: about(element),
            cotypes: element
                .cotypes
                .iter()
                .map(|cotype| (*cotype).to_owned())
                .collect(),
            quantity: element.quantity.map(|quantity| quantity.name),
            unit: element.unit,
            kind,
        })
    }
}

fn name(element: &Element<'_>) -> String {
    element.name.unwrap_or_default().to_owned()
}

fn value((_, element): (u32, &Element<'_>)) -> Option<EnumValue> {
    let view = element.value?;
    let value = match view.text() {
        Some(text) => EnumLiteral::Text(text.to_owned()),
        None => EnumLiteral::Number(view.whole()?),
    };
    Some(EnumValue {
        name: name(element),
        about: about(element),
        value,
    })
}

fn about(element: &Element<'_>) -> About {
    let texts = |texts: &literal::Texts<'_>| Texts {
        list: texts
            .iter()
            .map(|(language, text)| (language.unwrap_or_default().to_owned(), (*text).to_owned()))
            .collect(),
    };
    About {
        display_name: texts(&element.display_name),
        description: texts(&element.description),
        comment: element.comment.map(str::to_owned),
    }
}
