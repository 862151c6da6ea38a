using Microsoft.Extensions.Options;
using Npgsql;

namespace Kube.ApiServer.Storage;

/// <summary>Finds all faults of the settings at once, each naming its key.</summary>
internal sealed class StoreOptionsValidator : IValidateOptions<StoreOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, StoreOptions options)
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.ConnectionString)) faults.Add("ConnectionString: name the PostgreSQL database of the store, for example Host=/run/postgresql;Database=kube.");
        else if (!IsConnectionString(options.ConnectionString)) faults.Add("ConnectionString: is not a valid Npgsql connection string with a Host and a Database.");
        if (!Path.IsPathFullyQualified(options.EncryptionKeyPath)) faults.Add("EncryptionKeyPath: give the absolute path of the key file.");
        if (options.RingBytes < 1 << 20) faults.Add("RingBytes: must be at least 1048576.");
        if (options.PartitionSize < 10) faults.Add("PartitionSize: must be at least 10.");
        if (options.RetainTime < TimeSpan.Zero) faults.Add("RetainTime: must not be negative.");
        if (options.RetainBytes < 1 << 20) faults.Add("RetainBytes: must be at least 1048576.");
        if (options.LeaseDuration < TimeSpan.FromSeconds(1) || options.LeaseDuration > TimeSpan.FromMinutes(1)) faults.Add("LeaseDuration: must lie between 1 s and 1 min.");
        if (options.Address.Length > 0 && !(Uri.TryCreate(options.Address, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps)) faults.Add("Address: must be an https address.");
        if (options.StartTimeout <= TimeSpan.Zero) faults.Add("StartTimeout: must be positive.");
        if (options.WriteTimeout <= TimeSpan.Zero) faults.Add("WriteTimeout: must be positive.");
        if (options.GatherTime < TimeSpan.Zero || options.GatherTime > TimeSpan.FromSeconds(1)) faults.Add("GatherTime: must lie between 0 and 1 s.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(text);
            return !string.IsNullOrEmpty(builder.Host) && !string.IsNullOrEmpty(builder.Database);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
