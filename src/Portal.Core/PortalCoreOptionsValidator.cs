using Microsoft.Extensions.Options;

namespace Portal.Core;

/// <summary>Reports all faults of the settings at once.</summary>
internal sealed class PortalCoreOptionsValidator : IValidateOptions<PortalCoreOptions>
{
    public ValidateOptionsResult Validate(string? name, PortalCoreOptions options) =>
        options.Faults() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults.Select(fault => $"Portal core: {fault}")) : ValidateOptionsResult.Success;
}
