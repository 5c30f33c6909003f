using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>Translates engine exceptions to exceptions of the store.</summary>
internal static class Outages
{
    /// <summary>Runs the work.</summary>
    /// <exception cref="StoreOutageException">The engine is unavailable.</exception>
    internal static async Task<T> TranslateAsync<T>(SqlDialect dialect, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (dialect.IsOutage(failure))
        {
            throw new StoreOutageException(failure);
        }
    }
}
