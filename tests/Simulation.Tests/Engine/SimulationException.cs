namespace Simulation.Tests.Engine;

/// <summary>A simulation came to no proper end.</summary>
internal sealed class SimulationException(string message) : Exception(message);
