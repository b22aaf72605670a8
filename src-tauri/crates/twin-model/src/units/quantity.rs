//! What units measure.

/// A kind of quantity. Values convert within one kind only: a torque is no energy although both are N·m, and a gauge
/// pressure is no absolute one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// Acceleration, in m/s².
    Acceleration,
    /// Angle, in rad.
    Angle,
    /// Angular acceleration, in rad/s².
    AngularAcceleration,
    /// Angular velocity, in rad/s.
    AngularVelocity,
    /// Apparent energy, in VA·s.
    ApparentEnergy,
    /// Apparent power, in VA.
    ApparentPower,
    /// Area, in m².
    Area,
    /// Capacitance, in F.
    Capacitance,
    /// Ratio, in 1.
    Ratio,
    /// Share of a volume, in 1.
    VolumeFraction,
    /// Share of a mass, in 1.
    MassFraction,
    /// Share of saturation, in 1.
    RelativeHumidity,
    /// Things counted, in 1.
    Count,
    /// Electric current, in A.
    Current,
    /// Data rate, in bit/s.
    DataRate,
    /// Data size, in bit.
    DataSize,
    /// Density and mass concentration, in kg/m³.
    Density,
    /// Electric charge, in C.
    Charge,
    /// Energy, in J.
    Energy,
    /// Energy per length, in J/m.
    EnergyPerLength,
    /// Energy density, in J/m³.
    EnergyDensity,
    /// Specific energy, in J/kg.
    SpecificEnergy,
    /// Power, in W.
    Power,
    /// Force, in N.
    Force,
    /// Frequency, in 1/s.
    Frequency,
    /// Illuminance, in lx.
    Illuminance,
    /// Inductance, in H.
    Inductance,
    /// Absorbed dose, in Gy.
    AbsorbedDose,
    /// Dose equivalent, in Sv.
    DoseEquivalent,
    /// Irradiance, in W/m².
    Irradiance,
    /// Length, in m.
    Length,
    /// Luminance, in cd/m².
    Luminance,
    /// Luminous flux, in lm.
    LuminousFlux,
    /// Luminous intensity, in cd.
    LuminousIntensity,
    /// Magnetic flux, in Wb.
    MagneticFlux,
    /// Magnetic induction, in T.
    MagneticInduction,
    /// Mass, in kg.
    Mass,
    /// Mass flow, in kg/s.
    MassFlow,
    /// Absolute or differential pressure, in Pa.
    Pressure,
    /// Pressure above that of the surroundings; what they have is not known here, so it never becomes absolute, in Pa.
    GaugePressure,
    /// Radioactivity, in Bq.
    Radioactivity,
    /// Reactive energy, in var·s.
    ReactiveEnergy,
    /// Reactive power, in var.
    ReactivePower,
    /// Electric resistance, in Ω.
    Resistance,
    /// Electric conductance, in S.
    Conductance,
    /// Electric conductivity, in S/m.
    Conductivity,
    /// Logarithmic ratio, in dB.
    Level,
    /// Sound level, weighted for the ear, in dB(A).
    WeightedLevel,
    /// Logarithm of a power, in dBW.
    PowerLevel,
    /// Temperature, in K.
    Temperature,
    /// Temperature rate, in K/s.
    TemperatureRate,
    /// Time, in s.
    Time,
    /// Torque, in N·m.
    Torque,
    /// Velocity, in m/s.
    Velocity,
    /// Voltage, in V.
    Voltage,
    /// Volume, in m³.
    Volume,
    /// Volume of gas at normal conditions, in m³.
    NormalVolume,
    /// Volume flow, in m³/s.
    VolumeFlow,
    /// Flow of gas at normal conditions, in m³/s.
    NormalVolumeFlow,
    /// Amount of substance, in mol.
    Amount,
    /// Amount concentration, in mol/m³.
    AmountConcentration,
    /// Catalytic activity, in kat.
    CatalyticActivity,
    /// Solid angle, in sr.
    SolidAngle,
    /// Thermal conductance, in W/K.
    ThermalConductance,
    /// Thermal conductivity, in W/(m·K).
    ThermalConductivity,
    /// Heat transfer coefficient, in W/(m²·K).
    HeatTransferCoefficient,
    /// Dynamic viscosity, in Pa·s.
    Viscosity,
    /// Kinematic viscosity, in m²/s.
    KinematicViscosity,
    /// Reciprocal temperature, in 1/K.
    ReciprocalTemperature,
    /// Turbidity by scattered white light, in NTU.
    Turbidity,
    /// Turbidity by scattered infrared light, in FNU.
    FormazinTurbidity,
    /// Acidity, in pH.
    Acidity,
    /// Beats of a heart, in 1/s.
    BeatRate,
}
