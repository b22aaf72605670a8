//! What a person accepts, as changes of the plant file.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use twin_core::said;
use twin_discover::{
    AcceptedAsset, AcceptedSignal, Change, Fault, Field, Proposal, change, unheard,
};
use twin_model::{Asset, Edit, Models, Plant, PlantDocument, Problem};

use super::{diff::diff, found::Found};
use crate::api::{
    discovery::{Acceptance, AcceptanceFault, LineChange, PlantChange},
    discovery::{AcceptedAsset as AssetForm, AcceptedSignal as SignalForm},
    said::SaidView,
};

/// Changed lines in one answer.
const LINES: usize = 2_000;
/// Assets accepted at once.
const ASSETS: usize = 2_000;

/// What a person accepts, beside the proposals that it is about.
pub struct Wanted<'f> {
    assets: Vec<AcceptedAsset<'f>>,
    faults: Vec<AcceptanceFault>,
    twins: Arc<Models>,
    /// What mapping rules made.
    made: &'f [Asset],
}

impl<'f> Wanted<'f> {
    /// Finds the proposals of an acceptance; `made` are the assets that mapping rules made.
    pub fn of(acceptance: &Acceptance, found: &'f Found, made: &'f [Asset]) -> Wanted<'f> {
        let mut wanted = Wanted {
            assets: Vec::new(),
            faults: Vec::new(),
            twins: Arc::clone(&found.compiled.twins),
            made,
        };
        if acceptance.assets.len() > ASSETS {
            wanted.faults.push(whole(said!(
                "accept-too-many-assets",
                "More than {most} assets cannot be accepted at once: accept some, then the next.",
                most = ASSETS
            )));
            return wanted;
        }
        for asset in &acceptance.assets {
            match found.proposal(&asset.proposal) {
                Some(proposal) => wanted.assets.push(of_form(asset, proposal)),
                None => wanted.faults.push(AcceptanceFault {
                    proposal: asset.proposal.clone(),
                    address: String::new(),
                    field: String::new(),
                    message: unheard().into(),
                }),
            }
        }
        wanted
    }

    /// Changes the document, all or nothing.
    ///
    /// # Errors
    /// Every reason why that cannot be.
    fn apply(&self, document: &mut PlantDocument) -> Result<Change, Vec<AcceptanceFault>> {
        if !self.faults.is_empty() {
            return Err(self.faults.clone());
        }
        let written = document.plant();
        // A model file that nobody has read yet gives no signals to compare with.
        let plant = Plant::parse_with(&document.to_string(), &self.twins);
        let plant = plant.unwrap_or_else(|_| written.clone());
        let change = change(&self.assets, &plant, self.made).map_err(|error| match error {
            twin_discover::Error::Refused(faults) => faults.iter().map(fault).collect(),
            other => vec![whole(other.said())],
        })?;
        let change = Change {
            edits: change
                .edits
                .into_iter()
                .map(|edit| without_models(edit, written, &plant))
                .collect(),
            ..change
        };
        document.apply(&change.edits).map_err(|error| match error {
            twin_model::Error::Invalid(problems) => problems.iter().map(problem).collect(),
            other => vec![whole(other.said())],
        })?;
        Ok(change)
    }
}

/// What a model file says of a type is not written into the plant file.
fn without_models(edit: Edit, written: &Plant, plant: &Plant) -> Edit {
    let Edit::PutType(mut of) = edit else {
        return edit;
    };
    let (written, whole) = (written.asset_type(&of.id), plant.asset_type(&of.id));
    of.signals.retain_mut(|signal| {
        if let Some(own) = written.and_then(|written| written.signal(&signal.id)) {
            *signal = own.clone();
            return true;
        }
        whole.is_none_or(|whole| whole.signal(&signal.id).is_none())
    });
    Edit::PutType(of)
}

fn of_form<'f>(form: &AssetForm, proposal: &'f Proposal) -> AcceptedAsset<'f> {
    let signal = |form: &SignalForm| AcceptedSignal {
        address: form.address.clone(),
        id: form.id.clone(),
        name: form.name.clone(),
        unit: form.unit.clone(),
    };
    let signals = form.signals.as_ref();
    AcceptedAsset {
        proposal,
        id: form.id.clone(),
        exists: form.exists,
        name: form.name.clone(),
        place: form.place.clone(),
        place_name: form.place_name.clone(),
        kind: form.kind.clone(),
        type_name: form.type_name.clone(),
        signals: signals.map(|signals| signals.iter().map(signal).collect()),
    }
}

/// Changes a plant file as a person accepts it, and says by which lines; a document that has faults is not changed.
pub fn change_of(wanted: &Wanted<'_>, document: &mut PlantDocument, path: String) -> PlantChange {
    let base = mark(document);
    let text = document.to_string();
    match wanted.apply(document) {
        Err(faults) => PlantChange {
            base,
            path,
            faults,
            ..PlantChange::default()
        },
        Ok(change) => {
            let mut lines = diff(&text, &document.to_string());
            let count = |of: LineChange| lines.iter().filter(|line| line.change == of).count();
            let (added, removed) = (count(LineChange::Added), count(LineChange::Removed));
            let more = lines.len().saturating_sub(LINES);
            lines.truncate(LINES);
            PlantChange {
                base,
                found: 0,
                path,
                lines,
                more: number(more),
                added: number(added),
                removed: number(removed),
                assets: number(change.assets),
                signals: number(change.signals),
                faults: Vec::new(),
            }
        }
    }
}

/// What tells one text of the plant file from another while the program runs.
pub fn mark(document: &PlantDocument) -> String {
    let mut hasher = DefaultHasher::new();
    document.to_string().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn number(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

fn whole(message: impl Into<SaidView>) -> AcceptanceFault {
    AcceptanceFault {
        proposal: String::new(),
        address: String::new(),
        field: String::new(),
        message: message.into(),
    }
}

fn fault(of: &Fault) -> AcceptanceFault {
    let field = match of.field {
        None => "",
        Some(Field::Id) => "id",
        Some(Field::Name) => "name",
        Some(Field::Place) => "place",
        Some(Field::Type) => "type",
        Some(Field::Unit) => "unit",
    };
    AcceptanceFault {
        proposal: of.proposal.clone(),
        address: of.address.as_deref().unwrap_or_default().to_owned(),
        field: field.to_owned(),
        message: (&of.message).into(),
    }
}

/// Lines of a file that is not written say nothing to people.
fn problem(of: &Problem) -> AcceptanceFault {
    whole(said!(
        "accept-plant",
        "plant.toml would say what it may not: {key}: {fault}.",
        key = &*of.key,
        fault = of.message.clone()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_says_is_not_written() {
        let text = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n[[type]]\nid = \"t\"\nmodel_file = \"models/m.json\"\n\
                    [[type.signal]]\nid = \"flow\"\nkey = true\n";
        let model = r#"{ "@context": "dtmi:dtdl:context;3", "@id": "dtmi:a:B;1", "@type": "Interface", "contents": [
            { "@type": "Telemetry", "name": "flow", "displayName": "Flow", "schema": "double" },
            { "@type": "Telemetry", "name": "speed", "schema": "double" }] }"#;
        let files = [("models/m.json".to_owned(), Ok(model.as_bytes().to_vec()))];
        let plant = Plant::parse_with(text, &Models::read(&files.into())).unwrap();
        let written = Plant::parse(text).unwrap();
        let mut accepted = plant.types[0].clone();
        let mut heard = accepted.signals[1].clone();
        heard.id = "heard".into();
        accepted.signals.push(heard);
        let Edit::PutType(of) = without_models(Edit::PutType(accepted), &written, &plant) else {
            unreachable!("a type stays a type");
        };
        let signals: Vec<_> = of.signals.iter().map(|s| (&*s.id, &*s.name)).collect();
        assert_eq!(signals, [("flow", "flow"), ("heard", "speed")]);
        let mut document = PlantDocument::parse(text).unwrap();
        document.apply(&[Edit::PutType(of)]).unwrap();
        assert!(document.to_string().starts_with(text), "{document}");
    }
}
