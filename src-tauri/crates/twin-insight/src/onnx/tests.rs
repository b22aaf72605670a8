//! Model files that must be refused, each for its own reason, and bytes that must not bring the loader down.

use prost::Message;

use super::{Limits, check, proto::*, write};
use crate::{
    Error, ModelCard, ResidualModel,
    card::{AlarmRule, RowCounts},
    linalg::Matrix,
};

/// A model of two inputs, where `b` should read 2 a + 1.
fn model() -> ResidualModel {
    ResidualModel {
        inputs: vec!["a".into(), "b".into()],
        mean: vec![0.0, 1.0],
        scale: vec![1.0, 2.0],
        low: vec![-3.0, -3.0],
        high: vec![3.0, 3.0],
        products: vec![(0, 0)],
        weights: Matrix::from_rows(3, 2, &[0.0, 1.0, 1.0, 0.0, 0.0, 0.0]),
        bias: vec![0.0, 0.0],
        spread: vec![0.1, 0.1],
        threshold: 4.0,
    }
}

fn card() -> ModelCard {
    ModelCard {
        id: "two".into(),
        method: "by hand".into(),
        trained_on: "nothing".into(),
        seed: 7,
        settle_s: 600.0,
        inputs: Vec::new(),
        data: Vec::new(),
        holdout: Vec::new(),
        rows: RowCounts::default(),
        threshold: 4.0,
        stated_false_alarm_rate: 1e-4,
        false_alarm_rate: 0.0,
        false_alarms_per_day: 0.25,
        false_alarms_per_day_upper: 1.0,
        holdout_days: 1.0,
        alarm: AlarmRule {
            limit: 0.5,
            deadband: 0.1,
            on_delay_s: 10.0,
        },
    }
}

fn bytes() -> Vec<u8> {
    write(&model(), &card())
}

/// The reason for which the model is refused after `change`.
fn refused(change: impl Fn(&mut ModelProto, &mut GraphProto)) -> String {
    let mut proto = ModelProto::decode(bytes().as_slice()).unwrap();
    let mut graph = proto.graph.take().unwrap();
    change(&mut proto, &mut graph);
    proto.graph = Some(graph);
    match check(&proto.encode_to_vec(), &Limits::default()) {
        Err(Error::Model(reason)) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

fn assert_contains(text: &str, part: &str) {
    assert!(text.contains(part), "`{text}` does not say `{part}`");
}

#[test]
fn a_written_model_is_accepted_with_its_metadata() {
    let checked = check(&bytes(), &Limits::default()).unwrap();
    let metadata = checked.metadata;
    assert_eq!(
        (metadata.id.as_str(), metadata.seed, metadata.threshold),
        ("two", 7, 4.0)
    );
    assert_eq!(metadata.inputs, ["a", "b"]);
    assert_eq!(metadata.sigma, [0.1, 0.2]);
    assert_eq!(metadata.false_alarms_per_day, 0.25);
}

#[test]
fn data_outside_the_file_is_refused() {
    let by_location = refused(|_, graph| graph.initializer[0].data_location = 1);
    assert_contains(&by_location, "lies outside the file");
    let entry = StringStringEntryProto {
        key: "location".into(),
        value: "../../etc/passwd".into(),
    };
    let by_path = refused(|_, graph| graph.initializer[0].external_data.push(entry.clone()));
    assert_contains(&by_path, "lies outside the file");
}

#[test]
fn shapes_that_are_not_fixed_are_refused() {
    let named = refused(|_, graph| {
        let tensor = graph.input[0]
            .r#type
            .as_mut()
            .unwrap()
            .tensor_type
            .as_mut()
            .unwrap();
        tensor.shape.as_mut().unwrap().dim[0] = DimensionProto {
            dim_value: None,
            dim_param: Some("batch".into()),
        };
    });
    assert_contains(&named, "`row` has a dynamic shape");
    let huge = refused(|_, graph| graph.initializer[0].dims = vec![i64::MAX, i64::MAX]);
    assert_contains(&huge, "bytes for the shape");
    let negative = refused(|_, graph| graph.initializer[0].dims = vec![-1, 2]);
    assert_contains(&negative, "above zero");
}

#[test]
fn shapes_that_double_are_refused_before_anything_is_allocated() {
    let reason = refused(|_, graph| {
        for i in 0..40 {
            let from = if i == 0 {
                "clipped".to_owned()
            } else {
                format!("double_{}", i - 1)
            };
            let axis = AttributeProto {
                name: "axis".into(),
                i: Some(1),
                ints: vec![],
                r#type: ATTRIBUTE_INT,
            };
            graph.node.push(NodeProto {
                input: vec![from.clone(), from],
                output: vec![format!("double_{i}")],
                op_type: "Concat".into(),
                attribute: vec![axis],
                ..NodeProto::default()
            });
        }
    });
    assert_contains(&reason, "too large");
}

#[test]
fn graphs_that_do_not_hang_together_are_refused() {
    assert_contains(
        &refused(|_, graph| graph.node[0].op_type = "Loop".into()),
        "operator `Loop` with 2 inputs",
    );
    assert_contains(
        &refused(|_, graph| graph.node[0].domain = "evil".into()),
        "domain `evil`",
    );
    assert_contains(
        &refused(|_, graph| graph.node[0].input[1] = "nowhere".into()),
        "`nowhere` is not known",
    );
    assert_contains(
        &refused(|_, graph| graph.node.reverse()),
        "is not known before it is used",
    );
    assert_contains(
        &refused(|_, graph| graph.node[1].output[0] = "centred".into()),
        "used twice",
    );
    assert_contains(
        &refused(|_, graph| graph.output[0].name = "other".into()),
        "interface must be",
    );
    assert_contains(
        &refused(|_, graph| graph.output.truncate(1)),
        "interface must be",
    );
    assert_contains(
        &refused(|proto, _| proto.opset_import[0].version = 99),
        "operator set",
    );
    let index = refused(|_, graph| {
        let left = graph
            .initializer
            .iter_mut()
            .find(|t| t.name == "left")
            .unwrap();
        left.raw_data = 2i64.to_le_bytes().to_vec();
    });
    assert_contains(&index, "indices outside");
    let nan = refused(|_, graph| {
        graph.initializer[0].raw_data[..4].copy_from_slice(&f32::NAN.to_le_bytes())
    });
    assert_contains(&nan, "is not finite");
}

#[test]
fn metadata_must_fit_the_graph() {
    assert_contains(&refused(|proto, _| proto.metadata_props.clear()), "no `id`");
    let inputs = |value: &'static str, sigma: &'static str| {
        refused(move |proto, _| {
            proto.metadata_props[1].value = value.into();
            proto.metadata_props[2].value = sigma.into();
        })
    };
    assert_contains(
        &inputs("[\"a\"]", "[1]"),
        "`row` has shape [1, 2], the metadata asks for [1, 1]",
    );
    assert_contains(&inputs("[\"a\",\"b\"]", "[1]"), "2 inputs and 1 sigmas");
    assert_contains(&inputs("a, b", "[1, 1]"), "metadata `inputs`");
}

#[test]
fn large_files_are_refused_unread() {
    let limits = Limits {
        bytes: 100,
        ..Limits::default()
    };
    assert_contains(
        &check(&bytes(), &limits).unwrap_err().to_string(),
        "the limit is 100",
    );
}

#[cfg(feature = "onnx")]
mod scoring {
    use proptest::prelude::*;

    use super::*;
    use crate::Scorer;

    fn scorer() -> Scorer {
        Scorer::load(&bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn a_known_row_gets_the_score_of_paper_and_pencil() {
        // b should read 2·1 + 1 = 3 and reads 3.4: z residuals -0.2 for a, 0.2 for b, two sigmas each, so q = 4.
        let scored = scorer().score(&[1.0, 3.4]).unwrap();
        assert!((scored.score - 0.5).abs() < 1e-4, "{scored:?}");
        assert!((scored.expected[1] - 3.0).abs() < 1e-4, "{scored:?}");
        assert!((scored.share[0] - 0.5).abs() < 1e-4, "{scored:?}");
    }

    #[test]
    fn what_is_not_a_number_is_abstained_from() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            assert_eq!(
                scorer().score(&[0.0, bad]),
                Err(Error::NotFinite { input: "b".into() })
            );
        }
        assert!(matches!(
            scorer().score(&[0.0]),
            Err(Error::InputCount {
                needed: 2,
                given: 1,
                ..
            })
        ));
    }

    #[test]
    fn a_card_of_another_run_is_noticed() {
        let mut card = card();
        let names = ["a", "b"].map(|name| crate::card::InputCard {
            name: name.into(),
            symptom: false,
            mean: 0.0,
            low: 0.0,
            high: 0.0,
            sigma: 0.0,
            explained: 0.0,
            terms: Vec::new(),
        });
        card.inputs = names.to_vec();
        assert_eq!(scorer().check_card(&card), Ok(()));
        card.threshold = 5.0;
        let fault = scorer().check_card(&card).unwrap_err().to_string();
        assert_contains(&fault, "disagree on threshold: model 4, card 5");
    }

    proptest! {
        #[test]
        fn every_finite_row_gets_a_score(a in proptest::num::f32::NORMAL, b in proptest::num::f32::NORMAL) {
            let scored = scorer().score(&[f64::from(a), f64::from(b)]).unwrap();
            prop_assert!((0.0..=1.0).contains(&scored.score));
            prop_assert!((scored.share.iter().sum::<f64>() - 1.0).abs() < 1e-4);
        }

        #[test]
        fn the_graph_computes_the_formula(a in -20.0..20.0f64, b in -40.0..40.0f64) {
            let (graph, formula) = (scorer().score(&[a, b]).unwrap(), model().score(&[a, b]).unwrap());
            prop_assert!((graph.score - formula.score).abs() < 1e-4);
            for (g, f) in graph.expected.iter().chain(&graph.share).zip(formula.expected.iter().chain(&formula.share)) {
                prop_assert!((g - f).abs() < 1e-4, "{graph:?} {formula:?}");
            }
        }

        #[test]
        fn damaged_files_never_panic(at in 0..4096usize, with in any::<u8>(), cut in 0..8192usize) {
            let mut damaged = bytes();
            let length = damaged.len();
            damaged[at % length] = with;
            damaged.truncate(cut.max(1));
            // Some damage is harmless (a weight, a name); then the model must run like any other.
            if let Ok(scorer) = Scorer::load(&damaged, &Limits::default()) {
                let _ = scorer.score(&vec![0.5; scorer.inputs().len()]);
            }
        }

        #[test]
        fn noise_is_no_model(noise in proptest::collection::vec(any::<u8>(), 0..512)) {
            prop_assert!(Scorer::load(&noise, &Limits::default()).is_err());
        }
    }
}
