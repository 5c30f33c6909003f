using System.Net;

namespace Tallystick.Client;

/// <summary>400: the request is not valid. <see cref="TallystickApiException.Issues"/> says why.</summary>
public sealed class BadRequestException : TallystickApiException
{
    internal BadRequestException(ErrorBody error)
        : base(HttpStatusCode.BadRequest, error)
    {
    }
}

/// <summary>401: the credentials are missing or wrong.</summary>
public sealed class UnauthorizedException : TallystickApiException
{
    internal UnauthorizedException(ErrorBody error)
        : base(HttpStatusCode.Unauthorized, error)
    {
    }
}

/// <summary>403: the caller may not do this, or the organization is not the caller's.</summary>
public sealed class ForbiddenException : TallystickApiException
{
    internal ForbiddenException(ErrorBody error)
        : base(HttpStatusCode.Forbidden, error)
    {
    }
}

/// <summary>404: the entity does not exist.</summary>
public sealed class NotFoundException : TallystickApiException
{
    internal NotFoundException(ErrorBody error)
        : base(HttpStatusCode.NotFound, error)
    {
    }
}

/// <summary>409: the request conflicts with what is stored, for instance with a newer version.</summary>
public sealed class ConflictException : TallystickApiException
{
    internal ConflictException(ErrorBody error)
        : base(HttpStatusCode.Conflict, error)
    {
    }
}

/// <summary>429: too many requests.</summary>
public sealed class TooManyRequestsException : TallystickApiException
{
    internal TooManyRequestsException(ErrorBody error)
        : base(HttpStatusCode.TooManyRequests, error)
    {
    }
}

/// <summary>500 and above: the server failed.</summary>
public sealed class ServerErrorException : TallystickApiException
{
    internal ServerErrorException(HttpStatusCode status, ErrorBody error)
        : base(status, error)
    {
    }
}
